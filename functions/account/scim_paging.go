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
	mostListed  = 200       // things in one answer
	mostCounted = 100_000   // things that are counted to find a page
	placeKept   = time.Hour // how long a list may be gone through
)

// listing is a page of a list by number, as SCIM has them. A number says where
// something stands only until something before it is deleted. So where a page
// ends is kept for a while, for the credential that asked: whoever goes on from
// there, by startIndex plus itemsPerPage, meets everybody who stays once, and
// nobody twice. Any other page begins where its number is at that moment.
type listing struct {
	list       string // what is listed
	startIndex int
	count      int
	ids        []int64 // of everything, from the lowest
	total      int
}

// mended returns the listing with its numbers within what they may be.
func (l listing) mended() listing {
	l.startIndex, l.count = max(1, l.startIndex), min(max(0, l.count), mostListed)
	return l
}

// page reads the things of the page, chunk after chunk, and hands their ids to
// take, which tells whether each is there: an index may be late. It says in total
// how many the list has, those before the page included.
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
