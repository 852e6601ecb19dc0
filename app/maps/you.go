package maps

import (
	"context"
	"encoding/json"
	"fmt"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

// You is somebody's own view: whom they are in touch with, and around what. Nobody else is shown it, and it has no number in it.
type You struct {
	Answered   []Contact // whom v replied to, by name
	AnsweredBy []Contact
	More       bool // of one of the lists there is more than is shown
	Networks   []Place
	Unit       Place // without a name for somebody who sits in none
	Topics     []Topic
}

// Contact is somebody with the latest thread in which they met v.
type Contact struct {
	Person threads.Author
	Thread int64
	Title  string
}

// Place is a network or a unit, with the topics of the community it is in, as the map of last month has it.
type Place struct {
	ID        int64
	Name      string
	Path      string
	Community []Topic
}

const (
	maxContacts = 40
	maxOwn      = 60 // topics
)

// Own returns what the hub makes of what v wrote in the last twelve months, as far as v may read it still. They end now and not with a
// month: what is one's own may be as fresh as it is.
func (s *Service) Own(ctx context.Context, v auth.Viewer) (y You, err error) {
	if v.Person == 0 {
		return y, errs.NotFoundf("This account belongs to nobody's profile, so there is nothing to show.")
	}
	since := db.Micros(s.now().AddDate(-1, 0, 0))
	if y.Answered, err = selectAnswered(ctx, s.db, v, since); err != nil {
		return y, fmt.Errorf("read whom person %d answered: %w", v.Person, err)
	}
	if y.AnsweredBy, err = selectAnsweredBy(ctx, s.db, v, since); err != nil {
		return y, fmt.Errorf("read who answered person %d: %w", v.Person, err)
	}
	y.More = len(y.Answered) > maxContacts || len(y.AnsweredBy) > maxContacts
	y.Answered, y.AnsweredBy = byPerson(y.Answered), byPerson(y.AnsweredBy)
	if y.Networks, err = selectPlaces(ctx, s.db, v); err != nil {
		return y, fmt.Errorf("read networks of person %d: %w", v.Person, err)
	}
	if v.Unit != 0 {
		if y.Unit, err = selectUnit(ctx, s.db, v.Unit); err != nil {
			return y, fmt.Errorf("read the unit of person %d: %w", v.Person, err)
		}
	}
	if y.Topics, err = selectOwnTopics(ctx, s.db, v, since); err != nil {
		return y, fmt.Errorf("read topics of person %d: %w", v.Person, err)
	}
	return y, s.communities(ctx, v, &y)
}

// communities adds to the places of y the community each is in. Partners are told nothing of it: it is about the home organisation.
func (s *Service) communities(ctx context.Context, v auth.Viewer, y *You) error {
	if !v.Staff {
		return nil
	}
	k, err := selectMap(ctx, s.db, s.Months()[0], groupsName)
	if errs.IsNotFound(err) {
		return nil
	}
	var m Groups
	if err == nil {
		err = json.Unmarshal([]byte(k.body), &m)
	}
	if err != nil {
		return fmt.Errorf("read the communities of groups: %w", err)
	}
	for _, g := range m.Groups {
		if g.Community < 0 {
			continue
		}
		topics := m.Communities[g.Community].Topics
		if g.Kind == "unit" && g.ID == y.Unit.ID {
			y.Unit.Community = topics
		}
		for i := range y.Networks {
			if g.Kind == "network" && g.ID == y.Networks[i].ID {
				y.Networks[i].Community = topics
			}
		}
	}
	return nil
}
