package model

// ListPlace remembers how far a caller has paged through a list by number: the item
// with number Start is the first one after the id After. It is kept for a while, so
// that a number means the same after something before it has been deleted.
type ListPlace struct {
	OrganizationID int64  `dynamo:"organization_id"`
	Principal      string `dynamo:"principal"`
	List           string `dynamo:"list"`
	Start          int64  `dynamo:"start"`
	After          int64  `dynamo:"after"`
	TTL            int64  `dynamo:"ttl"`
}
