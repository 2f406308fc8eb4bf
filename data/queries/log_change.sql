-- in: $at, $action, $subject
INSERT INTO change (changed_at, action, subject) VALUES ($at, $action, $subject)
