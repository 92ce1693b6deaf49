package model

// Subject binds a subject of an OpenID issuer to the user as whom it first signed
// in. From then on nothing else in its tokens identifies them, so a change of their
// e-mail address, on either side, neither takes the account away nor gives it to
// another. The row has digests alone: it opens nothing, and names nobody.
type Subject struct {
	SubjectKey     string `dynamo:"subject_key"` // digest of issuer and subject
	IssuerKey      string `dynamo:"issuer_key"`  // digest of the issuer
	UserID         int64  `dynamo:"user_id"`
	OrganizationID int64  `dynamo:"organization_id"`
	CreatedOn      Time   `dynamo:"created_on"`
}

// Binding limits a user to one subject of each issuer: a second one with their
// address is somebody else, or an account made anew under it.
type Binding struct {
	UserID     int64  `dynamo:"user_id"`
	IssuerKey  string `dynamo:"issuer_key"`
	SubjectKey string `dynamo:"subject_key"`
}
