-- in:  nothing
-- out: user_data holds no fact that a user states of a site, and no owner
DELETE FROM user_data.fact;
DELETE FROM user_data.holder;
