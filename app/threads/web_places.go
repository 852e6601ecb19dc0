package threads

import (
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/views/parts"
	views "watercooler/views/threads"
)

// Places offers where v can begin something, and who can see it there, for the form of another room; views/threads.Whom shows it.
// network, audience and slug are what is chosen already, zero for nothing; slug is the network to begin in when network is none.
func Places(v auth.Viewer, reach Reach, network int64, audience, slug string) (places []views.PlaceOption, audiences []parts.Option) {
	var page views.WritePage
	offerPlaces(&page, v, reach, Draft{Network: network, Audience: audience}, slug)
	return page.Places, page.Audiences
}

// AudienceIn reads the audience that the form of Places posts beside a network.
func AudienceIn(posted string, network int64) string { return audienceIn(posted, network) }

// members is what the composer posts for the members of the network that is chosen: the form cannot know which that will be.
const members = "members"

// audienceIn reads the audience that a form posts beside a network.
func audienceIn(posted string, network int64) string {
	if posted == members {
		return auth.NetworkAudience(network)
	}
	return posted
}

// audiences are those v may write for outside networks, the usual one first.
func audiences(v auth.Viewer) []string {
	list := []string{auth.AudienceHub}
	if v.Organisation != 0 {
		list = append(list, auth.OrgAudience(v.Organisation))
	}
	return append(list, auth.AudiencePublic)
}

// offerPlaces fills in where a new thread can go, and who can see it there. Every audience is on the page: which of them a place
// allows can only be followed with script, and the answer to the form says what does not fit.
func offerPlaces(page *views.WritePage, v auth.Viewer, reach Reach, d Draft, slug string) {
	page.Places = []views.PlaceOption{{Label: "Everyone", Audiences: audiences(v)}}
	at := 0
	for _, h := range reach.Homes {
		o := views.PlaceOption{Value: strconv.FormatInt(h.ID, 10), Label: h.Name}
		for _, a := range h.Audiences {
			if isNetwork(a) {
				a = members
			}
			o.Audiences = append(o.Audiences, a)
		}
		page.Places = append(page.Places, o)
		if h.ID == d.Network || d.Network == 0 && h.Slug == slug {
			at = len(page.Places) - 1
		}
	}
	chosen := &page.Places[at]
	chosen.Selected = true
	audience := d.Audience
	if isNetwork(audience) {
		audience = members
	}
	if !slices.Contains(chosen.Audiences, audience) {
		audience = chosen.Audiences[0]
	}
	list := audiences(v)
	if len(reach.Homes) > 0 {
		list = slices.Insert(list, 1, members)
	}
	for _, a := range list {
		label := reach.WhoSees(a)
		if a == members {
			label = "Only members of the network chosen above."
		}
		page.Audiences = append(page.Audiences, parts.Option{Value: a, Label: label, Selected: a == audience})
	}
}

// offerAudiences fills in who a thread that is there can be for; chosen is what its editor chose already, "" for nothing yet.
func (h *Web) offerAudiences(c *fiber.Ctx, page *views.WritePage, t Thread, chosen string) error {
	v := auth.ViewerOf(c)
	list, err := h.threads.AudiencesFor(c.UserContext(), v, t)
	if err != nil || len(list) < 2 {
		return err
	}
	reach, err := h.threads.Reach(c.UserContext(), v)
	if err != nil {
		return err
	}
	if !slices.Contains(list, chosen) {
		chosen = t.Audience
	}
	for _, a := range list {
		page.Audiences = append(page.Audiences, parts.Option{Value: a, Label: reach.WhoSees(a), Selected: a == chosen})
	}
	return nil
}

// toThread leads to the address of a thread, which for a post is in its blog.
func (h *Web) toThread(c *fiber.Ctx, id int64) error {
	t, err := h.threads.Find(c.UserContext(), auth.ViewerOf(c), id)
	if err != nil {
		return err
	}
	return web.SeeOther(c, t.Path())
}
