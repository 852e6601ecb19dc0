package signals

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"watercooler/app/markup"
)

// maxAddress is the longest address that is kept, in bytes; browsers stop not far beyond.
const maxAddress = 2000

// Key returns an address without what does not matter to which page it leads to, so that two people who share one page, or two
// papers that print one press release, are seen to. "" is returned for what is no address of a page on the web.
//
// Left out are the scheme, "www." and the usual port, the fragment, a slash at the end, and what campaigns add to a query: utm_ and
// its like. The rest of the query is put in order. The path keeps its case, because servers may tell it apart; the host has none.
func Key(address string) string {
	u, err := webAddress(address)
	if err != nil {
		return ""
	}
	var b strings.Builder
	host := u.Hostname()
	if rest := strings.TrimPrefix(host, "www."); rest != "" {
		host = rest
	}
	b.WriteString(host)
	if port := u.Port(); port != "" {
		b.WriteString(":" + port)
	}
	b.WriteString(strings.TrimRight(u.EscapedPath(), "/"))
	var kept []string
	for part := range strings.SplitSeq(u.RawQuery, "&") {
		name, _, _ := strings.Cut(part, "=")
		if part != "" && !campaign(name) {
			kept = append(kept, part)
		}
	}
	if len(kept) > 0 {
		slices.Sort(kept)
		b.WriteString("?" + strings.Join(kept, "&"))
	}
	return b.String()
}

// campaigns are the names that advertisers and senders of newsletters add to addresses.
var campaigns = []string{"fbclid", "gclid", "dclid", "msclkid", "mc_cid", "mc_eid", "igshid", "yclid", "_hsenc", "_hsmi", "mkt_tok", "at_medium", "at_campaign", "cmpid", "ns_mchannel"}

func campaign(name string) bool {
	name = strings.ToLower(name)
	return strings.HasPrefix(name, "utm_") || slices.Contains(campaigns, name)
}

// webAddress reads the address of a page or feed: http or https, with a host and without a password in it, the usual port left out
// and the host in lower case.
//
// SECURITY: whatever becomes a link or is fetched goes through it; "javascript:" and its like are no addresses here.
func webAddress(address string) (*url.URL, error) {
	address = strings.TrimSpace(address)
	if address == "" || len(address) > maxAddress || !utf8.ValidString(address) || strings.ContainsFunc(address, unicode.IsControl) || strings.ContainsAny(address, " \\") {
		return nil, errNoAddress
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return nil, errNoAddress
	}
	u.Host = strings.ToLower(u.Host)
	if port := u.Port(); port == "" || u.Scheme == "http" && port == "80" || u.Scheme == "https" && port == "443" {
		u.Host = strings.TrimSuffix(strings.TrimSuffix(u.Host, port), ":")
	}
	if u.Host == "" || strings.HasPrefix(u.Host, ":") {
		return nil, errNoAddress
	}
	return u, nil
}

// leastWords is how many words a title has that says enough to join two items by it: "Weekly update" is a title of everybody.
const leastWords = 4

// TitleKey returns a title for comparing: folded, its words alone. It is "" for a title of so few words that two of them need not be
// about one thing.
func TitleKey(title string) string {
	words := strings.FieldsFunc(markup.Fold(title), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) < leastWords {
		return ""
	}
	return strings.Join(words, " ")
}
