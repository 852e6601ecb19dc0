package importers

import (
	"context"
	"errors"
	"slices"
	"strings"

	"watercooler/app/errs"
	"watercooler/app/markup"
	"watercooler/app/threads"
	"watercooler/auth"
)

// check is the first pass.
func (j *jsonl) check(ctx context.Context) error {
	plainAuthors := map[string]string{}
	j.first = true
	defer func() { j.first = false }()
	err := j.each(ctx, func(p place, rec *record) error {
		j.Progress.Add(1)
		j.read[p.file]++
		if slices.Contains(nameless, rec.Type) {
			return j.checkTyped(p, rec)
		}
		if rec.ID == "" && rec.ExternalID == "" {
			return problem(p.file, p.line, "the %s has no external_id.", rec.Type)
		}
		key := rec.Type + " " + rec.ExternalID
		if first, twice := j.places[key]; twice {
			if rec.ID == "" {
				return problem(p.file, p.line, "the %s %s is in line %d of %s already.", rec.Type, rec.ExternalID, first.line, first.file)
			}
			j.duplicates[p] = true
			return nil
		}
		j.places[key] = p
		if rec.ID == "" {
			return errors.Join(j.own.add(ctx, rec), j.checkTyped(p, rec))
		}
		j.checkPlain(rec, plainAuthors)
		return nil
	})
	if err != nil {
		return err
	}
	if len(j.ignored) > 0 {
		j.report.note("These fields are not known and were left out: %s.", strings.Join(sortedKeys(j.ignored), ", "))
	}
	if len(j.places) == 0 {
		return errs.Invalidf("There is nothing to import: the input is empty.")
	}
	if err := errors.Join(j.own.flush(ctx), j.complete(j.read), j.checkUnits(), j.checkPosts(), j.checkDecided(), j.checkNoticed(), j.settle(ctx)); err != nil {
		return err
	}
	for id, name := range plainAuthors {
		if _, ok := j.places[typePerson+" "+id]; !ok {
			j.authors[id] = name
		}
	}
	return j.checkReferences(ctx)
}

// checkTyped checks a line of the hub's own format.
func (j *jsonl) checkTyped(p place, rec *record) error {
	require := func(name, value string) error {
		if strings.TrimSpace(value) == "" {
			return problem(p.file, p.line, "the %s has no %s.", strings.TrimSpace(rec.Type+" "+rec.ExternalID), name)
		}
		return nil
	}
	refer := func(typ, id, what string) {
		if id != "" {
			j.waiting = append(j.waiting, reference{p, typ, id, what})
		}
	}
	for _, s := range []string{rec.Ago, rec.LeftAgo} {
		if _, err := ago(s); err != nil {
			return problem(p.file, p.line, "%s.", err)
		}
	}
	j.counts[rec.Type]++
	switch rec.Type {
	case typeOrganisation:
		j.organisations[rec.ExternalID] = organisation{rec.Name, rec.Home}
		return require("name", rec.Name)
	case typeUnit:
		j.units[rec.ExternalID] = unit{rec.Name, rec.Parent, rec.Organisation}
		refer(typeUnit, rec.Parent, "parent")
		refer(typeOrganisation, rec.Organisation, "organisation")
		return require("name", rec.Name)
	case typePerson:
		refer(typeOrganisation, rec.Organisation, "organisation")
		refer(typeUnit, rec.Unit, "unit")
		refer(typePerson, rec.Manager, "manager")
		if markup.Check(rec.About, 0) != nil {
			return problem(p.file, p.line, "the about text of %s is too long or too deeply nested.", rec.ExternalID)
		}
		if markup.Check(rec.HowToWork, 0) != nil {
			return problem(p.file, p.line, "the how_to_work text of %s is too long or too deeply nested.", rec.ExternalID)
		}
		if err := j.checkPhoto(rec.Photo); err != nil {
			return problem(p.file, p.line, "the photo of %s %s.", rec.ExternalID, err)
		}
		return require("name", rec.Name)
	case typeTopic:
		return require("name", rec.Name)
	case typeThread:
		refer(typePerson, rec.Author, "author")
		refer(typeNetwork, rec.Network, "network")
		for _, id := range rec.Authors {
			refer(typePerson, id, "author")
		}
		j.joint += min(1, len(rec.Authors))
		switch threads.Kind(rec.Kind) {
		case threads.Question, threads.Discussion:
		case threads.Post:
			j.posts[rec.ExternalID] = p
		case threads.Signal:
			j.signals[rec.ExternalID] = p
		case threads.Decision:
			j.decisions[rec.ExternalID] = p
		default:
			return problem(p.file, p.line, `the kind of a thread is "question", "discussion", "post", "signal" or "decision", not %.20q.`, rec.Kind)
		}
		return errors.Join(require("title", rec.Title), require("author", rec.Author), j.checkBody(p, rec), j.checkAudience(p, rec))
	case typeReply:
		refer(typePerson, rec.Author, "author")
		refer(typeThread, rec.Thread, "thread")
		refer(typeReply, rec.Parent, "parent")
		if _, before := j.places[typeReply+" "+rec.Parent]; rec.Parent != "" && !before {
			j.late[rec.ExternalID] = rec.Parent
		}
		if rec.Deleted.IsZero() {
			return errors.Join(require("thread", rec.Thread), require("author", rec.Author), require("body", rec.Body), j.checkBody(p, rec))
		}
		return errors.Join(require("thread", rec.Thread), require("author", rec.Author))
	case typeVote:
		refer(typePerson, rec.Person, "voter")
		return errors.Join(require("person", rec.Person), j.checkAbout(p, rec, refer))
	case typeRevision:
		refer(typePerson, rec.Editor, "editor")
		if rec.Number < 1 {
			return problem(p.file, p.line, "the revision has no number; the original is 1.")
		}
		return errors.Join(require("editor", rec.Editor), j.checkAbout(p, rec, refer))
	case typeFresh:
		refer(typePerson, rec.Person, "checker")
		refer(typeThread, rec.Thread, "thread")
		refer(typeThread, rec.Successor, "successor")
		if rec.Successor == "" && rec.Keep == nil && (rec.Person == "" || rec.Created.IsZero()) {
			return problem(p.file, p.line, "the line says neither who checked the thread and when, nor what has taken its place, nor who keeps it.")
		}
		return errors.Join(require("thread", rec.Thread), rec.Keep.check(p, refer))
	case typeDecision:
		return j.checkDecision(p, rec, require, refer)
	case typeReflection:
		return errors.Join(require("title", rec.Title), require("person", rec.Person), j.checkReflection(p, rec, refer))
	case typeGap:
		refer(typePerson, rec.Person, "owner")
		refer(typeThread, rec.Thread, "answer")
		return errors.Join(require("title", rec.Title), rec.Gap.check(p))
	case typeFollow:
		refer(typePerson, rec.Person, "follower")
		for typ, ids := range map[string][]string{
			typePerson: rec.People, typeUnit: rec.Units, typeThread: rec.Threads, typeNetwork: rec.Networks, typeBlog: rec.Blogs,
		} {
			for _, id := range ids {
				refer(typ, id, "followed")
			}
		}
		if slices.Contains(rec.People, rec.Person) {
			return problem(p.file, p.line, "%s cannot follow themselves.", rec.Person)
		}
		return require("person", rec.Person)
	case typeSource, typeSignal:
		return j.checkSignals(p, rec, refer)
	case typeNetwork, typeBlog, typePost, typeDraft, typeRedirect, typeAttachment, typeStatement:
		return j.checkRooms(p, rec, require, refer)
	default:
		return problem(p.file, p.line, "%.20q is not a type of line; docs/import.md lists them.", rec.Type)
	}
}

func (j *jsonl) checkBody(p place, rec *record) error {
	if err := markup.Check(rec.Body, markup.MaxArticle); err != nil {
		return problem(p.file, p.line, "%s", err)
	}
	return nil
}

// checkAbout makes sure that a vote or revision is about one thing.
func (j *jsonl) checkAbout(p place, rec *record, refer func(typ, id, what string)) error {
	if (rec.Thread == "") == (rec.Reply == "") {
		return problem(p.file, p.line, "the %s names neither a thread nor a reply, or both.", rec.Type)
	}
	refer(typeThread, rec.Thread, "thread")
	refer(typeReply, rec.Reply, "reply")
	return nil
}

// checkUnits makes sure that no unit is part of itself.
func (j *jsonl) checkUnits() error {
	for _, id := range sortedKeys(j.units) {
		above := j.units[id].parent
		for range j.units {
			if above == id {
				p := j.places[typeUnit+" "+id]
				return problem(p.file, p.line, "the unit %s is part of itself.", id)
			}
			above = j.units[above].parent
		}
	}
	return nil
}

// checkAudience accepts public, hub, org:EXTERNAL-ID and network:EXTERNAL-ID.
func (j *jsonl) checkAudience(p place, rec *record) error {
	id, org := strings.CutPrefix(rec.Audience, audienceOrg)
	network, members := strings.CutPrefix(rec.Audience, audienceNetwork)
	switch {
	case rec.Audience == "", rec.Audience == auth.AudiencePublic, rec.Audience == auth.AudienceHub:
	case org:
		j.waiting = append(j.waiting, reference{p, typeOrganisation, id, "audience"})
	case members:
		j.waiting = append(j.waiting, reference{p, typeNetwork, network, "audience"})
	default:
		return problem(p.file, p.line, "%.40q is not an audience. Use public, hub, org: and an organisation's external_id, or network: and a network's.", rec.Audience)
	}
	return nil
}

// checkReferences makes sure that everything named exists, in the input or, for people, threads and replies, in the hub.
func (j *jsonl) checkReferences(ctx context.Context) error {
	var missing []reference
	for _, ref := range j.waiting {
		if _, ok := j.places[ref.typ+" "+ref.id]; !ok {
			missing = append(missing, ref)
		}
	}
	var ids []string
	for _, ref := range missing {
		if ref.typ == typePerson {
			ids = append(ids, ref.id)
		}
	}
	ids = append(ids, sortedKeys(j.authors)...)
	slices.Sort(ids)
	here, err := j.People.IDsByExternal(ctx, j.DB, slices.Compact(ids))
	if err != nil {
		return err
	}
	for id := range here {
		j.known[id] = true
	}
	spoken, err := j.spoken(ctx, missing)
	if err != nil {
		return err
	}
	for _, ref := range missing {
		if ref.typ == typePerson && j.known[ref.id] || spoken[ref.typ][ref.id] != 0 {
			continue
		}
		return problem(ref.file, ref.line, "the %s is %s %s, which is neither in the input nor in the hub.", ref.what, ref.typ, ref.id)
	}
	return nil
}

// spoken finds threads and replies of earlier imports that the input names.
func (j *jsonl) spoken(ctx context.Context, missing []reference) (map[string]map[string]int64, error) {
	names := map[string][]string{}
	for _, ref := range missing {
		names[ref.typ] = append(names[ref.typ], ref.id)
	}
	opened, err := j.Threads.IDsByExternal(ctx, j.DB, names[typeThread])
	if err != nil {
		return nil, err
	}
	replied, err := j.Threads.RepliesByExternal(ctx, j.DB, names[typeReply])
	return map[string]map[string]int64{typeThread: opened, typeReply: replied}, err
}
