package account

import (
	"context"
	"slices"
	"time"

	"wardroom/pkg/model"
	"wardroom/pkg/request"
	"wardroom/pkg/store"
)

const (
	mostListed  = 200       // the most items of an answer
	mostCounted = 100_000   // the most items that are counted to find a page
	placeKept   = time.Hour // how long the end of a page is kept
)

// listing is a page of a list by number, as SCIM has them. An item's number changes when
// one before it is deleted. So the end of a page is kept for a while, for the credential
// that asked: a client that goes on there, at startIndex plus itemsPerPage, gets every
// remaining item once. Any other page begins at its number at that moment.
type listing struct {
	list       string // the list's name
	startIndex int
	count      int
	ids        []int64 // of all items, ascending
	total      int
}

// mended returns the listing with its numbers within their bounds.
func (l listing) mended() listing {
	l.startIndex, l.count = max(1, l.startIndex), min(max(0, l.count), mostListed)
	return l
}

// page reads the items of the page, chunk after chunk, and passes their ids to take,
// which reports whether each exists, since an index may be late. It sets total to the
// list's number of items. It refuses (tooMany) a list of more than mostCounted.
func (l *listing) page(ctx context.Context, s *store.Store, c *request.Request, read func(context.Context, []int64) error, take func(int64) bool) error {
	if len(l.ids) > mostCounted {
		return badSCIM(tooMany, "There are too many of them to count. Use a filter.")
	}
	rest := l.ids[min(l.startIndex-1, len(l.ids)):]
	before := len(l.ids) - len(rest)
	if l.startIndex > 1 {
		after, known, err := s.ListedUpTo(ctx, c.Organization.ID, c.Actor, l.list, l.startIndex, c.Now)
		if err != nil {
			return err
		}
		if known {
			at, found := slices.BinarySearch(l.ids, after)
			if found {
				at++
			}
			rest, before = l.ids[at:], l.startIndex-1
		}
	}
	shown, last := 0, int64(0)
	for shown < l.count && len(rest) > 0 {
		chunk := rest[:min(len(rest), l.count-shown)]
		if err := read(ctx, chunk); err != nil {
			return err
		}
		for _, id := range chunk {
			if last = id; take(id) {
				shown++
			}
		}
		rest = rest[len(chunk):]
	}
	l.total = before + shown + len(rest)
	if shown > 0 && len(rest) > 0 {
		s.KeepPlace(&c.Tx, model.ListPlace{
			OrganizationID: c.Organization.ID, Principal: c.Actor, List: l.list,
			Start: int64(l.startIndex + shown), After: last, TTL: c.Now.Add(placeKept).Std().Unix(),
		})
	}
	return nil
}
