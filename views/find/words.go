package find

import (
	"net/url"
)

func searchPath(query string) string { return "/search?q=" + url.QueryEscape(query) }
