package model

// Seal is an audit row's link in the audit chain. It is stored beside that row, so
// that a row is sealed once and both are read together.
type Seal struct {
	OrganizationID int64  `dynamo:"organization_id"`
	TS             Time   `dynamo:"ts"` // of the audit row, as is AuditID
	AuditID        string `dynamo:"audit_id"`
	Seq            int64  `dynamo:"seq"` // from 1, without gaps
	PrevHash       []byte `dynamo:"prev_hash"`
	Hash           []byte `dynamo:"hash"`
}

// SealBatch lists the audit rows that were sealed in one transaction, in the
// order of the chain: the numbers First to Seq.
type SealBatch struct {
	OrganizationID int64       `dynamo:"organization_id"`
	Seq            int64       `dynamo:"seq"`
	First          int64       `dynamo:"first"`
	Rows           []SealedRow `dynamo:"rows"`
}

// SealedRow names an audit row of an organisation.
type SealedRow struct {
	TS      Time   `dynamo:"ts"`
	AuditID string `dynamo:"audit_id"`
}

// SealHead is the end of an organisation's chain. Sealing moves it, on condition
// that it is unchanged.
type SealHead struct {
	OrganizationID int64  `dynamo:"organization_id"`
	Seq            int64  `dynamo:"seq"`
	Hash           []byte `dynamo:"hash"`
	Watermark      Time   `dynamo:"watermark"` // every change before it is sealed
}

// Checkpoint is an end of the chain, signed. Whoever keeps a copy elsewhere can
// tell later whether the chain was cut or made anew.
type Checkpoint struct {
	OrganizationID int64  `dynamo:"organization_id"`
	Seq            int64  `dynamo:"seq"`
	Hash           []byte `dynamo:"hash"`
	SignedOn       Time   `dynamo:"signed_on"`
	Key            string `dynamo:"signing_key"` // which key signed it
	Signature      []byte `dynamo:"signature"`
}
