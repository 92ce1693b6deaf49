package table

import "fmt"

// Collisions names every pair of entities that could share a primary key, or a
// partition of an index, and so overwrite each other or show up in each other's
// lists. A test holds that there is none.
func Collisions() []string { return collisions(Schema().Kinds) }

func collisions(kinds []Kind) (out []string) {
	for i, a := range kinds {
		for _, b := range kinds[i+1:] {
			for _, j := range a.Keys {
				for _, k := range b.Keys {
					if j.Index == k.Index && collide(j, k) {
						out = append(out, fmt.Sprintf("%s and %s: %q %q ~ %q %q", a.Name, b.Name, j.PK, j.SK, k.PK, k.SK))
					}
				}
			}
		}
	}
	return out
}

// collide reports whether rows of two entities could share a key. A partition of an
// index may be shared on purpose, as that of unfinished work is: then both entities
// declare it by the same pattern, and their sort keys must differ.
func collide(a, b KeyUse) bool {
	sameKey := compile(a.PK).overlaps(compile(b.PK))
	if a.Index != "" && a.PK != b.PK {
		return sameKey
	}
	return sameKey && compile(a.SK).overlaps(compile(b.SK))
}
