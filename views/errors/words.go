package errors

// The words for each status, where the handler has none of its own.
func (p Page) words() (heading, advice string) {
	switch p.Status {
	case 401:
		return "Please sign in", "What you want to see is for people who are signed in."
	case 403:
		if !p.Chrome.Viewer.SignedIn {
			return "That did not work", "If it fails again, ask an administrator of this hub."
		}
		return "This is not yours to do", "If you think it should be, ask an administrator of this hub."
	case 404:
		return "Page not found", "The address may be mistyped, what stood here may be gone, or it is not for you to read. The search box above may find it."
	case 409:
		return "Somebody was faster", "Go back, reload the page and try again: your browser still has what you wrote."
	case 422:
		return "Something needs correcting", "Go back, correct it and send it again."
	case 429:
		return "That was a lot at once", "Wait a little, then go on."
	case 503:
		return "The hub is busy", "Nothing you saved is lost. Try again in a minute."
	}
	return "Something went wrong here", "It is our fault, not yours. It has been noted. Nothing you saved is lost; try again in a minute."
}

func (p Page) heading() string {
	if p.Heading != "" {
		return p.Heading
	}
	heading, _ := p.words()
	return heading
}

func (p Page) advice() string {
	if p.Advice != "" {
		return p.Advice
	}
	_, advice := p.words()
	return advice
}
