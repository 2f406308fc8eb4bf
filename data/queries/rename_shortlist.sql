-- in: $old, $new   the shortlist with all that belongs to it
UPDATE shortlist_item SET shortlist = $new WHERE shortlist = $old;
UPDATE shortlist_change SET shortlist = $new WHERE shortlist = $old;
UPDATE snapshot SET shortlist = $new WHERE shortlist = $old
