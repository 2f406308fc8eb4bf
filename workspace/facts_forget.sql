-- in:  nothing
-- out: user_data holds no fact that a user states of a site, no owner and no price
DELETE FROM user_data.fact;
DELETE FROM user_data.holder;
DELETE FROM user_data.price;
