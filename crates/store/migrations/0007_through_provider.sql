-- Whoever was signed in when they went to the provider: to try it out, or to link their account.

ALTER TABLE sign_in_flow ADD COLUMN account {id};
