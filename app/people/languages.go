package people

import (
	"strings"

	"golang.org/x/text/language"
)

// Language is a language people write in.
type Language struct{ Tag, Name string } // Name as its speakers write it

// Languages are those the form offers: the languages of the islands, and those spoken most by the people who work there. Any
// other can be given by its tag.
func Languages() []Language {
	return []Language{
		{"en", "English"}, {"cy", "Cymraeg"}, {"gd", "Gàidhlig"}, {"ga", "Gaeilge"}, {"kw", "Kernewek"}, {"sco", "Scots"},
		{"pl", "Polski"}, {"ro", "Română"}, {"pa", "ਪੰਜਾਬੀ"}, {"ur", "اردو"}, {"bn", "বাংলা"}, {"gu", "ગુજરાતી"}, {"ar", "العربية"},
		{"fr", "Français"}, {"pt", "Português"}, {"es", "Español"}, {"de", "Deutsch"}, {"it", "Italiano"}, {"lt", "Lietuvių"},
		{"uk", "Українська"}, {"so", "Soomaali"}, {"tr", "Türkçe"}, {"zh", "中文"},
	}
}

// languageTag returns a BCP 47 tag in its usual form, and whether it is one. "" is: the language of the hub.
func languageTag(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", true
	}
	if len(s) > maxTag {
		return "", false
	}
	tag, err := language.Parse(s)
	if err != nil || tag == language.Und {
		return "", false
	}
	return tag.String(), true
}

// maxTag bounds a language tag, in bytes; RFC 5646 says that 35 are enough for everybody.
const maxTag = 35
