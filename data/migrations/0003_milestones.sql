-- What the user knows of the permits of a site; empty text: not known. One row a site.
CREATE TABLE own_milestone (
    site_id VARCHAR PRIMARY KEY,
    told JSON NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE own_milestone IS 'Milestones of permits that the user entered: they tighten the months until ready to build.';
COMMENT ON COLUMN own_milestone.told IS 'stage, pathway, started, due, granted (ISO dates), as text by name';
