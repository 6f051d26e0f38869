-- Each delivery entered it once and left it at once: a tenth of what PostgreSQL does for one. The few that are under way at a
-- time are found in "delivery_in_flight".
DROP INDEX "delivery_lease";
