package importers

import (
	"context"
	"embed"
	"errors"
	"time"
)

// The sample content is an imaginary county council and two of its partners: the cast in a few files, and what they say in
// one file for each area of work. sample_notation.go says how they are written. Its dates are counted back from the day of
// the load, so that it never looks old.
//
//go:embed sample/*.txt sample/threads/*.txt
var sampleFiles embed.FS

const sampleSource = "sample"

// SampleAccount is somebody to try the sample hub as.
type SampleAccount struct {
	PersonExternalID string
	Name             string
	JobTitle         string
	Email            string
	Roles            string // as auth.ParseRoles reads them; "" for a member
	Label            string // "A member of staff", for the sign-in page
}

// SampleAccounts returns the people of the sample content that a visitor can sign in as: a member, a manager, a leader, a
// moderator, an administrator and somebody from a partner. Package signin makes accounts of them.
func SampleAccounts() ([]SampleAccount, error) {
	c, err := parseCast()
	if err != nil {
		return nil, err
	}
	var list []SampleAccount
	for _, p := range c.people {
		if p.account != nil {
			list = append(list, SampleAccount{
				PersonExternalID: p.ExternalID, Name: p.Name, JobTitle: p.JobTitle, Email: p.account.Email, Roles: p.account.Roles, Label: p.account.Label,
			})
		}
	}
	if len(list) == 0 {
		err = errors.New("the sample content has no accounts")
	}
	return list, err
}

// Sample fills an empty hub with the sample content, naming its home organisation if it has none yet. now is the moment it is
// dated from, and its location where working hours are. Loading it again changes nothing.
func Sample(ctx context.Context, d Deps, now time.Time) (Report, error) {
	r, err := begin(d, Options{Source: sampleSource}, "sample")
	if err != nil {
		return Report{}, err
	}
	r.report.Source = sampleSource
	s := &sample{run: r, now: now.Truncate(time.Minute)}
	if s.cast, err = parseCast(); err != nil {
		return *r.report, err
	}
	if s.said, err = parseThreads(s.cast); err != nil {
		return *r.report, err
	}
	if s.drafts, err = parseDrafts(); err != nil {
		return *r.report, err
	}
	if s.feeds, err = parseSignals(); err != nil {
		return *r.report, err
	}
	if err := s.readLearning(); err != nil {
		return *r.report, err
	}
	dates(s.said, s.now)
	there, err := s.Threads.IDsByExternal(ctx, s.DB, []string{s.said[0].ExternalID})
	if err != nil {
		return *r.report, err
	}
	s.again = len(there) > 0
	for _, step := range []func(context.Context) error{
		s.writeOrganisations, s.writeUnits, s.writeTopics, s.writePeople, s.writeNetworks, s.writeBlogs, s.writeThreads, s.writePosts, s.writeSignals, s.writeSources,
		s.writeReplies, s.writeDecisions, s.writeKept, s.writeReflections, s.writeSearches, s.writeVotes, s.writeDrafts, s.writeFollows,
	} {
		if err := step(ctx); err != nil {
			return *r.report, err
		}
	}
	r.report.Took = time.Since(r.began)
	return *r.report, nil
}

// sample is a load under way.
type sample struct {
	*run
	cast   *cast
	said   []*sampleThread
	drafts []sampleDraft
	feeds  []sampleFeed
	kept   []sampleKept
	learnt []sampleReflection
	sought []sampleSought
	now    time.Time
	again  bool // it was loaded before

	organisationIDs, unitIDs, topicIDs, personIDs, networkIDs, blogIDs map[string]int64 // by external id
	threadIDs                                                          map[string]int64
	replyIDs                                                           map[string]int64
}
