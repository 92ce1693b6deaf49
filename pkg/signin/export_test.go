package signin

// NewAt is New by another clock.
var NewAt = newIssuer
