package symptoms

import "watercooler/views/parts"

// count says how often a symptom was found.
func count(n int) string {
	if n == 0 {
		return "none"
	}
	return parts.Thousands(n) + " found"
}
