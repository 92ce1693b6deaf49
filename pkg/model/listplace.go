package model

// ListPlace is how far a caller has come who goes through a list by number: what
// stands at Start is what follows After. It is kept for a while, so that a number
// means the same when something before it has been deleted meanwhile.
type ListPlace struct {
	OrganizationID int64  `dynamo:"organization_id"`
	Principal      string `dynamo:"principal"`
	List           string `dynamo:"list"`
	Start          int64  `dynamo:"start"`
	After          int64  `dynamo:"after"`
	TTL            int64  `dynamo:"ttl"`
}
