package audit

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/binary"

	"wardroom/pkg/model"
	"wardroom/pkg/table"
)

// HeadOf returns the end of an organisation's chain, by rows; before anything is
// sealed, that is number 0 with a hash of zeros.
func HeadOf(rows table.Rows, organization int64) model.SealHead {
	head, ok := table.SealHeads.In(rows, organization)
	if !ok {
		return model.SealHead{OrganizationID: organization, Hash: genesis[:]}
	}
	return head
}

// Statement returns the bytes of a checkpoint that are signed: the domain, its
// organisation, its number, the hash of the chain there, and the time.
func Statement(c model.Checkpoint) []byte {
	b := append([]byte(nil), checkpointDomain...)
	b = binary.BigEndian.AppendUint64(b, uint64(c.OrganizationID)) //nolint:gosec // ids and numbers are positive
	b = binary.BigEndian.AppendUint64(b, uint64(c.Seq))            //nolint:gosec // likewise
	b = append(b, c.Hash...)
	return append(b, c.SignedOn.String()...)
}

// Signed reports whether a checkpoint's signature is valid under a public key.
func Signed(c model.Checkpoint, by *ecdsa.PublicKey) bool {
	digest := sha256.Sum256(Statement(c))
	return len(c.Hash) == Size && ecdsa.VerifyASN1(by, digest[:], c.Signature)
}
