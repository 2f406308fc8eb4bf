-- in: $at, $action, $subject
INSERT INTO change (at, action, subject) VALUES ($at, $action, $subject)
