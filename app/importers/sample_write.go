package importers

import (
	"context"
	"slices"
	"time"

	"watercooler/app/db"
	"watercooler/app/networks"
	"watercooler/app/people"
	"watercooler/app/threads"
)

// all writes a list in one transaction and counts what became of it.
func (s *sample) all(ctx context.Context, noun string, n int, write func(tx *db.Tx) (outcome, error)) error {
	if n == 0 {
		return nil
	}
	s.report.read(noun, n)
	b := &batch[int]{ctx: ctx, r: s.run, noun: noun, list: make([]int, n), write: func(_ context.Context, tx *db.Tx, _ []int) (outcome, error) {
		return write(tx)
	}}
	return b.flush()
}

// writeOrganisations founds the hub with the home organisation of the sample, unless it is founded already.
func (s *sample) writeOrganisations(ctx context.Context) error {
	list := make([]people.OrganisationRecord, len(s.cast.organisations))
	for i, o := range s.cast.organisations {
		list[i] = o.OrganisationRecord
	}
	return s.all(ctx, "organisations", len(list), func(tx *db.Tx) (outcome, error) {
		out, err := s.People.ImportOrganisations(ctx, tx, list)
		s.organisationIDs = out.IDs
		return outcome{created: out.Created, unchanged: out.Unchanged}, err
	})
}

func (s *sample) writeUnits(ctx context.Context) error {
	list := slices.Clone(s.cast.units)
	for i, u := range list {
		list[i].Organisation = s.organisationIDs[s.cast.unitOf[u.ExternalID]]
	}
	return s.all(ctx, "units", len(list), func(tx *db.Tx) (outcome, error) {
		out, err := s.People.ImportUnits(ctx, tx, list)
		s.unitIDs = out.IDs
		return outcome{created: out.Created, changed: out.Changed, unchanged: out.Unchanged}, err
	})
}

func (s *sample) writeTopics(ctx context.Context) error {
	return s.all(ctx, "topics", len(s.cast.topics), func(tx *db.Tx) (outcome, error) {
		out, err := s.Topics.ImportTopics(ctx, tx, s.cast.topics)
		s.topicIDs = out.IDs
		return outcome{created: out.Created, changed: out.Changed, unchanged: out.Unchanged}, err
	})
}

func (s *sample) writePeople(ctx context.Context) error {
	list := make([]people.Record, len(s.cast.people))
	for i, p := range s.cast.people {
		list[i] = p.Record
		list[i].OrganisationID, list[i].UnitID = s.organisationIDs[p.organisation], s.unitIDs[p.unit]
		list[i].CreatedAt = s.now.Add(-here)
		if p.left > 0 {
			at := s.now.Add(-p.left)
			list[i].LeftAt = &at
		}
	}
	return s.all(ctx, "people", len(list), func(tx *db.Tx) (outcome, error) {
		out, err := s.People.ImportPeople(ctx, tx, list)
		s.personIDs = out.IDs
		return outcome{created: out.Created, changed: out.Changed, unchanged: out.Unchanged}, err
	})
}

func (s *sample) writeNetworks(ctx context.Context) error {
	list := make([]networks.NetworkRecord, len(s.cast.networks))
	for i, n := range s.cast.networks {
		n.CreatedAt = before(s.now.Add(-n.since), n.ExternalID)
		n.Members = slices.Clone(n.Members)
		for m := range n.Members {
			n.Members[m].At = s.joined(n, n.Members[m])
		}
		list[i] = n.NetworkRecord
	}
	return s.all(ctx, "networks", len(list), func(tx *db.Tx) (outcome, error) {
		out, err := s.Networks.ImportNetworks(ctx, tx, list)
		s.networkIDs = out.IDs
		return outcome{created: out.Created, changed: out.Changed, unchanged: out.Unchanged}, err
	})
}

// joined is when somebody came to a network: stewards with it, others in its first half, and who asks or is invited last week.
func (s *sample) joined(n sampleNetwork, m networks.MemberRecord) time.Time {
	id := n.ExternalID + m.PersonExternalID
	switch {
	case m.Steward:
		return n.CreatedAt
	case m.State != networks.Member:
		return before(s.now.Add(-time.Duration(20+chance(id, 150))*time.Hour), id)
	}
	return before(n.CreatedAt.Add(time.Duration(chance(id, int(n.since/2/time.Minute)))*time.Minute), id)
}

// writeThreads writes the openings, oldest first, so that those a link leads to are there before it.
func (s *sample) writeThreads(ctx context.Context) error {
	order := slices.Clone(s.said)
	slices.SortStableFunc(order, func(a, b *sampleThread) int { return int(b.ago/time.Minute - a.ago/time.Minute) })
	s.threadIDs = make(map[string]int64, len(order))
	for len(order) > 0 {
		n := unlinked(order)
		if err := s.writeSome(ctx, order[:n]); err != nil {
			return err
		}
		order = order[n:]
	}
	return nil
}

// unlinked returns how many threads of list can be written together: up to the first that links to one of them.
func unlinked(list []*sampleThread) int {
	with := map[string]bool{}
	for i, t := range list {
		for _, m := range threadLink.FindAllStringSubmatch(t.Body, -1) {
			if with[m[2]] {
				return i
			}
		}
		with[t.key] = true
	}
	return len(list)
}

func (s *sample) writeSome(ctx context.Context, list []*sampleThread) error {
	paths := s.paths()
	records := make([]threads.ThreadRecord, len(list))
	for i, t := range list {
		records[i] = t.ThreadRecord
		records[i].Body = linked(t.Body, paths)
		records[i].Network = s.networkIDs[sampleNetworkID+t.network]
		records[i].Audience = t.audience(s.organisationIDs[s.organisationOf(t.handle())], records[i].Network, s.openTo(t.network))
	}
	return s.all(ctx, "threads", len(records), func(tx *db.Tx) (outcome, error) {
		out, err := s.Threads.ImportThreads(ctx, tx, records)
		for external, id := range out.IDs {
			s.threadIDs[external] = id
		}
		return outcomeOf(out), err
	})
}

// paths returns the addresses of the threads that are written, by key.
func (s *sample) paths() map[string]string {
	paths := make(map[string]string, len(s.threadIDs))
	for _, t := range s.said {
		switch id := s.threadIDs[t.ExternalID]; {
		case id == 0:
		case t.Kind == threads.Post:
			paths[t.key] = "/blog/" + t.blog + "/" + t.post.Slug
		default:
			paths[t.key] = threads.Thread{ID: id}.Path()
		}
	}
	return paths
}

// openTo reports whether anybody may join a network, by key.
func (s *sample) openTo(network string) bool {
	return slices.ContainsFunc(s.cast.networks, func(n sampleNetwork) bool { return n.key == network && n.Access == networks.Open })
}

// organisationOf returns the external id of somebody's organisation, by handle.
func (s *sample) organisationOf(handle string) string {
	for _, p := range s.cast.people {
		if p.Handle == handle {
			return p.organisation
		}
	}
	return ""
}

func (s *sample) writeReplies(ctx context.Context) error {
	paths := s.paths()
	out := s.replies(ctx, "replies")
	write := out.write
	s.replyIDs = map[string]int64{}
	out.write = func(ctx context.Context, tx *db.Tx, list []threads.ReplyRecord) (outcome, error) {
		done, err := write(ctx, tx, list)
		if err != nil {
			return done, err
		}
		names := make([]string, len(list))
		for i, r := range list {
			names[i] = r.ExternalID
		}
		ids, err := s.Threads.RepliesByExternal(ctx, tx, names)
		for external, id := range ids {
			s.replyIDs[external] = id
		}
		return done, err
	}
	for _, t := range s.said {
		for _, r := range t.replies {
			s.report.read("replies", 1)
			record := r.ReplyRecord
			record.Body = linked(record.Body, paths)
			if err := out.add(record); err != nil {
				return err
			}
		}
	}
	return out.flush()
}

// writeVotes writes the votes of those who are named.
func (s *sample) writeVotes(ctx context.Context) error {
	var list []threads.VoteRecord
	vote := func(kind, external string, id int64, at time.Time, useful []string) {
		for _, who := range useful {
			name := external + who
			cast := within(at, after(at.Add(time.Duration(10+chance(name, 4000))*time.Minute), name), s.now)
			list = append(list, threads.VoteRecord{Person: s.personIDs[samplePersonID+who], Kind: kind, ID: id, At: cast})
		}
	}
	for _, t := range s.said {
		vote(typeThread, t.ExternalID, s.threadIDs[t.ExternalID], t.CreatedAt, t.useful)
		for _, r := range t.replies {
			vote(typeReply, r.ExternalID, s.replyIDs[r.ExternalID], r.CreatedAt, r.useful)
		}
	}
	list = slices.DeleteFunc(list, func(v threads.VoteRecord) bool { return v.Person == 0 || v.ID == 0 })
	return s.all(ctx, "votes", len(list), func(tx *db.Tx) (outcome, error) {
		out, err := s.Threads.ImportVotes(ctx, tx, list)
		return outcomeOf(out), err
	})
}

func (s *sample) writeFollows(ctx context.Context) error {
	topicIDs := s.topicNames()
	kinds := map[string]func(key string) (string, int64){
		"topics":   func(key string) (string, int64) { return typeTopic, topicIDs[key] },
		"people":   func(key string) (string, int64) { return typePerson, s.personIDs[samplePersonID+key] },
		"units":    func(key string) (string, int64) { return typeUnit, s.unitIDs[sampleUnit+key] },
		"networks": func(key string) (string, int64) { return "network", s.networkIDs[sampleNetworkID+key] },
		"blogs":    func(key string) (string, int64) { return "blog", s.blogIDs[sampleBlogID+key] },
		"threads":  func(key string) (string, int64) { return typeThread, s.threadIDs[sampleThreadID+key] },
	}
	var list []threads.WatchRecord
	for _, f := range s.cast.follows {
		for _, kind := range sortedKeys(f.watched) {
			for _, key := range f.watched[kind] {
				w := threads.WatchRecord{Person: s.personIDs[samplePersonID+f.person]}
				if w.Kind, w.ID = kinds[kind](key); w.ID != 0 && w.Person != 0 {
					list = append(list, w)
				}
			}
		}
	}
	return s.all(ctx, "follows", len(list), func(tx *db.Tx) (outcome, error) {
		out, err := s.Threads.ImportWatches(ctx, tx, list)
		return outcomeOf(out), err
	})
}
