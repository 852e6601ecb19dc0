package signin

import "watercooler/views/parts"

// newPassword is the field in which a password is chosen.
func newPassword(problems parts.Problems) parts.Field {
	return parts.Field{
		Name: "password", Label: "New password", Type: "password", Autocomplete: "new-password",
		Hint:    "At least 12 characters. Three or four words that only you would put together are easy to remember.",
		Problem: problems.Of("password"),
	}
}

// themes are the choices of colours with the present one marked.
func themes(now string) []parts.Option {
	return []parts.Option{
		{Value: "auto", Label: "As the device has it", Selected: now == "" || now == "auto"},
		{Value: "light", Label: "Light", Selected: now == "light"},
		{Value: "dark", Label: "Dark", Selected: now == "dark"},
		{Value: "contrast", Label: "High contrast", Hint: "Black, white and strong lines.", Selected: now == "contrast"},
	}
}
