package importers

import (
	"strings"
	"time"

	"watercooler/app/blogs"
	"watercooler/app/networks"
	"watercooler/app/people"
	"watercooler/app/topics"
	"watercooler/auth"
)

// What external ids of the sample begin with.
const (
	sampleOrganisation = sampleSource + "/"
	sampleUnit         = sampleSource + "/unit/"
	samplePersonID     = sampleSource + "/person/"
	sampleTopic        = sampleSource + "/topic/"
	sampleNetworkID    = sampleSource + "/network/"
	sampleBlogID       = sampleSource + "/blog/"
	sampleDraftID      = sampleSource + "/draft/"
	sampleThreadID     = sampleSource + "/thread/"
	sampleReplyID      = sampleSource + "/reply/"
)

// here is how long people, and what has no date of its own, have been in the sample hub: a little longer than anything said.
const here = 760 * 24 * time.Hour

// cast is everybody and everything in the sample that is not said by somebody. Times are spans before the load.
type cast struct {
	organisations []organisationEntry
	units         []people.UnitRecord
	unitOf        map[string]string // unit → organisation, by external id
	people        []samplePerson
	topics        []topics.Record
	networks      []sampleNetwork
	blogs         []sampleBlog
	follows       []sampleFollow
}

type organisationEntry struct {
	people.OrganisationRecord
	domain string // of e-mail addresses
}

type samplePerson struct {
	place
	people.Record
	organisation string // external id
	unit         string // external id
	account      *account
	left         time.Duration // 0: still here
}

type sampleNetwork struct {
	place
	networks.NetworkRecord
	key   string
	since time.Duration
}

type sampleBlog struct {
	place
	blogs.BlogRecord
	key           string
	since, launch time.Duration
}

// sampleFollow is what one person follows, by key.
type sampleFollow struct {
	place
	person  string
	watched map[string][]string // kind → keys
}

// parseCast reads every file of the sample but the threads and drafts.
func parseCast() (*cast, error) {
	c := &cast{unitOf: map[string]string{}}
	for _, file := range []struct {
		name string
		read func(name, text string) error
	}{
		{"organisations.txt", c.readOrganisations}, {"people.txt", c.readPeople}, {"topics.txt", c.readTopics},
		{"networks.txt", c.readNetworks}, {"blogs.txt", c.readBlogs}, {"follows.txt", c.readFollows},
	} {
		text, err := readSample(file.name)
		if err != nil {
			return nil, err
		}
		if err := file.read(file.name, text); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *cast) readOrganisations(name, text string) error {
	list, err := parseEntries(name, text, false)
	if err != nil {
		return err
	}
	var above []string // units on the way down to here
	for _, e := range list {
		if e.depth == 0 {
			if err := e.only("home", "mail"); err != nil {
				return err
			}
			_, home := e.find("home")
			c.organisations = append(c.organisations, organisationEntry{
				people.OrganisationRecord{ExternalID: sampleOrganisation + e.key, Name: e.title, Home: home}, e.get("mail"),
			})
			above = above[:0]
			continue
		}
		if e.depth > len(above)+1 || len(c.organisations) == 0 {
			return e.problem("%s is indented under nothing.", e.key)
		}
		u := people.UnitRecord{ExternalID: sampleUnit + e.key, Name: e.title}
		if above = above[:e.depth-1]; len(above) > 0 {
			u.ParentExternalID = above[len(above)-1]
		}
		above = append(above, u.ExternalID)
		c.units = append(c.units, u)
		c.unitOf[u.ExternalID] = c.organisations[len(c.organisations)-1].ExternalID
	}
	return nil
}

// partHowToWork is the part of a person's block that tells how to work with them.
const partHowToWork = "how to work with me"

func (c *cast) readPeople(name, text string) error {
	list, err := parseBlocks(name, text)
	if err != nil {
		return err
	}
	domains := map[string]string{}
	for _, o := range c.organisations {
		domains[o.ExternalID] = o.domain
	}
	for _, b := range list {
		if err := b.only("job", "unit", "manager", "at", "phone", "pronouns", "languages", "works", "ask", "privacy", "account", "left"); err != nil {
			return err
		}
		p := samplePerson{place: b.place, unit: sampleUnit + b.get("unit")}
		p.organisation = c.unitOf[p.unit]
		p.Record = people.Record{
			ExternalID: samplePersonID + b.key, Name: b.title, Handle: b.key, JobTitle: b.get("job"), Location: b.get("at"), Phone: b.get("phone"),
			Email: strings.Replace(b.key, "-", ".", 1) + "@" + domains[p.organisation], About: b.body, Pronouns: b.get("pronouns"),
			Languages: b.get("languages"), WorkingPattern: b.get("works"), Privacy: b.get("privacy"), AskAbout: b.list("ask"),
		}
		if m := b.get("manager"); m != "" {
			p.ManagerExternalID = samplePersonID + m
		}
		for _, part := range b.parts {
			if part.key != partHowToWork {
				return part.problem("the only part of a person is %q.", partHowToWork)
			}
			p.HowToWork = part.body
		}
		if role, label, ok := strings.Cut(b.get("account"), ": "); ok {
			p.account = &account{Email: p.Email, Roles: strings.TrimPrefix(role, "member"), Label: label}
		}
		if _, gone := b.find("left"); gone {
			if p.left, err = b.span("left"); err != nil {
				return err
			}
		}
		if p.Hash, err = b.hash(); err != nil {
			return err
		}
		c.people = append(c.people, p)
	}
	return nil
}

func (c *cast) readTopics(name, text string) error {
	list, err := parseEntries(name, text, true)
	if err != nil {
		return err
	}
	for _, e := range list {
		if err := e.only("also", "under"); err != nil {
			return err
		}
		c.topics = append(c.topics, topics.Record{
			ExternalID: sampleTopic + e.key, Name: e.title, Description: e.note, Synonyms: e.list("also"), Broader: e.get("under"),
		})
	}
	return nil
}

func (c *cast) readNetworks(name, text string) error {
	list, err := parseBlocks(name, text)
	if err != nil {
		return err
	}
	for _, b := range list {
		if err := b.only("open", "closed", "private", "for", "since", "stewards", "inside", "purpose", "members", "asks", "invited"); err != nil {
			return err
		}
		n := sampleNetwork{place: b.place, key: b.key, NetworkRecord: networks.NetworkRecord{
			ExternalID: sampleNetworkID + b.key, Slug: b.key, Name: b.title, Purpose: b.get("purpose"), About: b.body,
			Public: b.get("for") == auth.AudiencePublic,
		}}
		for _, access := range []networks.Access{networks.Open, networks.Closed, networks.Private} {
			if _, ok := b.find(string(access)); ok {
				n.Access = access
			}
		}
		for _, parent := range b.list("inside") {
			n.Parents = append(n.Parents, sampleNetworkID+parent)
		}
		if n.since, err = b.span("since"); err != nil {
			return err
		}
		n.Members = b.members()
		if n.Hash, err = b.hash(); err != nil {
			return err
		}
		c.networks = append(c.networks, n)
	}
	return nil
}

// members reads who is in a network, who asks to join it and who is invited.
func (b block) members() []networks.MemberRecord {
	var list []networks.MemberRecord
	for _, name := range []string{"stewards", "members"} {
		for _, who := range b.list(name) {
			list = append(list, networks.MemberRecord{PersonExternalID: samplePersonID + who, Steward: name == "stewards", State: networks.Member})
		}
	}
	states := map[string]networks.State{"asks": networks.Requested, "invited": networks.Invited}
	for _, f := range b.fields {
		if state, ok := states[f.name]; ok {
			who, note, _ := strings.Cut(f.value, ": ")
			list = append(list, networks.MemberRecord{PersonExternalID: samplePersonID + who, State: state, Note: note})
		}
	}
	return list
}

func (c *cast) readBlogs(name, text string) error {
	list, err := parseBlocks(name, text)
	if err != nil {
		return err
	}
	for _, b := range list {
		if err := b.only("person", "unit", "network", "for", "since", "launch", "writers", "about", "series"); err != nil {
			return err
		}
		blog := sampleBlog{place: b.place, key: b.key, BlogRecord: blogs.BlogRecord{
			ExternalID: sampleBlogID + b.key, Slug: b.key, Name: b.title, Description: b.get("about"), Audience: b.get("for"),
		}}
		for kind, prefix := range map[string]string{"person": samplePersonID, "unit": sampleUnit, "network": sampleNetworkID} {
			if owner := b.get(kind); owner != "" {
				blog.OwnerKind, blog.OwnerExternalID = kind, prefix+owner
			}
		}
		for _, who := range b.list("writers") {
			blog.Authors = append(blog.Authors, samplePersonID+who)
		}
		for _, f := range b.fields {
			if f.name == "series" {
				title, about, _ := strings.Cut(f.value, ": ")
				blog.Series = append(blog.Series, blogs.SeriesRecord{Name: title, Description: about})
			}
		}
		if blog.since, err = b.span("since"); err != nil {
			return err
		}
		if _, ok := b.find("launch"); ok {
			if blog.launch, err = b.span("launch"); err != nil {
				return err
			}
		}
		if blog.Hash, err = b.hash(); err != nil {
			return err
		}
		c.blogs = append(c.blogs, blog)
	}
	return nil
}

func (c *cast) readFollows(name, text string) error {
	list, err := parseEntries(name, text, false)
	if err != nil {
		return err
	}
	for _, e := range list {
		e.fields = append(parseFields(e.title), e.fields...)
		if err := e.only("topics", "people", "units", "networks", "blogs", "threads"); err != nil {
			return err
		}
		f := sampleFollow{place: e.place, person: e.key, watched: map[string][]string{}}
		for _, field := range e.fields {
			f.watched[field.name] = commas(field.value)
		}
		c.follows = append(c.follows, f)
	}
	return nil
}
