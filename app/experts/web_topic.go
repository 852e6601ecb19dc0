package experts

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"watercooler/auth"
	views "watercooler/views/experts"
	"watercooler/views/parts"
)

// How many people the page of a topic names: beside its threads, and in their place.
const (
	besideTopic = 4
	ofTopic     = 60
)

// TopicBeside is the card beside the threads about a topic: nil signed out.
func (h *Web) TopicBeside(c *fiber.Ctx, topic int64, name string) (templ.Component, error) {
	cover, err := h.cover(c, topic, name, besideTopic)
	if err != nil || !auth.ViewerOf(c).SignedIn() {
		return nil, err
	}
	return views.TopicBeside(cover), nil
}

// TopicPeople are all who may know about a topic, in place of its threads: nil signed out.
func (h *Web) TopicPeople(c *fiber.Ctx, topic int64, name string) (templ.Component, error) {
	cover, err := h.cover(c, topic, name, ofTopic)
	if err != nil || !auth.ViewerOf(c).SignedIn() {
		return nil, err
	}
	return views.TopicPeople(cover), nil
}

func (h *Web) cover(c *fiber.Ctx, topic int64, name string, limit int) (views.Cover, error) {
	found, err := h.experts.Topic(c.UserContext(), auth.ViewerOf(c), topic, limit)
	if err != nil {
		return views.Cover{}, err
	}
	w := wanted{text: name, page: 1}
	out := views.Cover{Name: name, Units: w.units(found.Units), Thin: found.Thin, Path: "/experts?" + url.Values{"q": {name}}.Encode()}
	for _, k := range found.People {
		out.People = append(out.People, parts.SidePerson{Person: face(k.Person), Note: k.note()})
	}
	return out, nil
}

// note is why somebody is named.
func (k Knows) note() string {
	var why []string
	if k.Asks {
		why = append(why, "“Ask me about this”")
	}
	if k.Contributions() > 0 {
		why = append(why, k.say())
	}
	switch {
	case k.Endorsed == 1:
		why = append(why, "endorsed by a colleague")
	case k.Endorsed > 1:
		why = append(why, "endorsed by "+strconv.Itoa(k.Endorsed)+" colleagues")
	}
	if k.StrongIn != 0 {
		why = append(why, "was strong in "+strconv.Itoa(k.StrongIn))
	}
	return strings.Join(why, " · ")
}
