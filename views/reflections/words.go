package reflections

// kindName is what people read for a kind of reflection.
func kindName(kind string) string {
	if kind == "retrospective" {
		return "Retrospective"
	}
	return "Weeknote"
}
