-- in:  $at, $actor, $action, $subject
-- out: number of the change; numbers go up by one, since there is one writer
INSERT INTO change (number, changed_at, action, subject, actor)
SELECT coalesce(max(number), 0) + 1, $at, $action, $subject, $actor FROM change
RETURNING number
