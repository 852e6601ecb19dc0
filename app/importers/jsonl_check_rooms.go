package importers

import (
	"errors"
	"slices"
	"strings"

	"watercooler/app/markup"
	"watercooler/app/networks"
)

// checkRooms checks the lines about networks and blogs, and about files and addresses.
func (j *jsonl) checkRooms(p place, rec *record, require func(name, value string) error, refer func(typ, id, what string)) error {
	switch rec.Type {
	case typeNetwork:
		return errors.Join(require("name", rec.Name), j.checkNetwork(p, rec, refer))
	case typeBlog:
		refer(typePerson, rec.Person, "owner")
		refer(typeUnit, rec.Unit, "owner")
		refer(typeNetwork, rec.Network, "owner")
		for _, author := range rec.Authors {
			refer(typePerson, author, "author")
		}
		if given(rec.Person, rec.Unit, rec.Network) != 1 {
			return problem(p.file, p.line, "the blog %s belongs to one person, unit or network, and names it.", rec.ExternalID)
		}
		return errors.Join(require("name", rec.Name), j.checkAudience(p, rec))
	case typePost:
		refer(typeThread, rec.Thread, "thread")
		j.posted[rec.Thread] = p
		return errors.Join(require("thread", rec.Thread), j.checkInBlog(p, rec, refer))
	case typeDraft:
		refer(typePerson, rec.Author, "author")
		return errors.Join(require("author", rec.Author), j.checkInBlog(p, rec, refer), j.checkAudience(p, rec))
	case typeRedirect:
		return j.checkRedirect(p, rec, refer)
	case typeAttachment:
		refer(typePerson, rec.Person, "person")
		refer(typeThread, rec.Thread, "thread")
		if err := j.checkFile(rec.File); err != nil {
			return problem(p.file, p.line, "the file of %s %s.", rec.ExternalID, err)
		}
		return errors.Join(require("person", rec.Person), require("file", rec.File), require("name", rec.Name))
	default: // a statement
		return errors.Join(require("slug", rec.Slug), require("body", rec.Body))
	}
}

// given counts the texts that say something.
func given(texts ...string) (n int) {
	for _, s := range texts {
		n += one(s != "")
	}
	return n
}

func (j *jsonl) checkNetwork(p place, rec *record, refer func(typ, id, what string)) error {
	if !slices.Contains([]networks.Access{networks.Open, networks.Closed, networks.Private}, networks.Access(rec.Access)) {
		return problem(p.file, p.line, `the access of a network is "open", "closed" or "private", not %.20q.`, rec.Access)
	}
	if markup.Check(rec.About, 0) != nil {
		return problem(p.file, p.line, "the about text of %s is too long or too deeply nested.", rec.ExternalID)
	}
	for _, m := range rec.Members {
		refer(typePerson, m.Person, "member")
		if m.Role != "" && m.Role != "steward" {
			return problem(p.file, p.line, `the role of %s in %s is "steward" or left out, not %.20q.`, m.Person, rec.ExternalID, m.Role)
		}
		if m.State != "" && !slices.Contains([]networks.State{networks.Member, networks.Requested, networks.Invited}, networks.State(m.State)) {
			return problem(p.file, p.line, `the state of %s in %s is "requested", "invited" or left out, not %.20q.`, m.Person, rec.ExternalID, m.State)
		}
	}
	for _, parent := range rec.Parents {
		refer(typeNetwork, parent, "parent")
	}
	return nil
}

// checkInBlog checks what posts and drafts have in common.
func (j *jsonl) checkInBlog(p place, rec *record, refer func(typ, id, what string)) error {
	refer(typeBlog, rec.Blog, "blog")
	for _, author := range rec.Authors {
		refer(typePerson, author, "author")
	}
	if rec.Blog == "" {
		return problem(p.file, p.line, "the %s has no blog.", rec.Type)
	}
	if err := j.checkFile(rec.Cover); err != nil {
		return problem(p.file, p.line, "the cover %s.", err)
	}
	return nil
}

func (j *jsonl) checkRedirect(p place, rec *record, refer func(typ, id, what string)) error {
	if !strings.HasPrefix(rec.Path, "/") {
		return problem(p.file, p.line, "the path of a redirect begins with a slash.")
	}
	targets := map[string]string{
		typeThread: rec.Thread, typeReply: rec.Reply, typeTopic: rec.Topic, typePerson: rec.Person, typeBlog: rec.Blog, typeNetwork: rec.Network,
	}
	n := 0
	for _, typ := range sortedKeys(targets) {
		refer(typ, targets[typ], "target")
		n += one(targets[typ] != "")
	}
	if n != 1 {
		return problem(p.file, p.line, "the redirect of %s leads to one thread, reply, topic, person, blog or network, and names it.", rec.Path)
	}
	return nil
}

// checkPosts makes sure that threads of kind post are in a blog, and nothing else is.
func (j *jsonl) checkPosts() error {
	for _, thread := range sortedKeys(j.posts) {
		if _, ok := j.posted[thread]; !ok {
			p := j.posts[thread]
			return problem(p.file, p.line, "the thread %s is a post, but no line of type post says in which blog.", thread)
		}
	}
	for _, thread := range sortedKeys(j.posted) {
		if _, ok := j.posts[thread]; !ok {
			p := j.posted[thread]
			return problem(p.file, p.line, "the post names the thread %s, which is not of the kind post in the input.", thread)
		}
	}
	return nil
}
