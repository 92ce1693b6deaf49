package access

// ParsePermission reads one permission's name as it is sent; case and white
// space count.
func ParsePermission(s string) (Permission, bool) {
	for bit, name := range names {
		if name == s {
			return 1 << bit, true
		}
	}
	return 0, false
}
