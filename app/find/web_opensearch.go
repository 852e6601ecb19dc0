package find

import (
	"encoding/xml"

	"github.com/gofiber/fiber/v2"
)

// openSearch is the description by which a browser offers the hub's search in its address bar (OpenSearch 1.1).
type openSearch struct {
	XMLName     xml.Name `xml:"http://a9.com/-/spec/opensearch/1.1/ OpenSearchDescription"`
	ShortName   string
	Description string
	Encoding    string `xml:"InputEncoding"`
	URL         struct {
		Type     string `xml:"type,attr"`
		Method   string `xml:"method,attr"`
		Template string `xml:"template,attr"`
	} `xml:"Url"`
}

// OpenSearch answers GET /opensearch.xml.
func (h *Web) OpenSearch(c *fiber.Ctx) error {
	d := openSearch{ShortName: "Watercooler", Description: "Search people, posts and answers", Encoding: "UTF-8"}
	if hub := h.web.Chrome(c, "").Hub; hub != "" {
		d.Description += " of " + hub
	}
	d.URL.Type, d.URL.Method, d.URL.Template = "text/html", "get", h.web.URL("/search?q={searchTerms}")
	body, err := xml.Marshal(d)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/opensearchdescription+xml")
	return c.Send(append([]byte(xml.Header), body...))
}
