package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"watercooler/app/networks"
	"watercooler/app/people"
	"watercooler/app/threads"
	"watercooler/app/topics"
)

// The corpus on which this machine's figures for other hubs were taken too, so that they can be laid side by side.
const (
	corpusVersion = 2 // raise it when what is generated changes: cached corpora are made anew

	peopleCount  = 2_000
	threadCount  = 20_000
	replyCount   = 200_000
	networkCount = 500
	familyCount  = 10    // networks that others have joined, ten each
	fullThreads  = 1_000 // threads with exactly fullReplies replies
	fullReplies  = 40
	publicShare  = 2 // every second thread may be read by anyone, and so may every full one
	corpusMonths = 36
)

// corpusEnd is when the last reply was written. A fixed day keeps the corpus the same for ever.
var corpusEnd = time.Date(2026, time.November, 1, 12, 0, 0, 0, time.UTC)

// corpus makes the same people, topics, threads and replies every time. Nothing of it is kept in memory but counts.
type corpus struct {
	lex     *lexicon
	replies []int // of each thread
}

func newCorpus() *corpus {
	return &corpus{lex: newLexicon(source("words")), replies: spread()}
}

// source returns the random numbers for one part of the corpus, so that a change to one leaves the others alone.
func source(part string, n ...int) *rand.Rand {
	seed := uint64(14695981039346656037)
	for _, b := range []byte(fmt.Sprint(corpusVersion, part, n)) {
		seed = (seed ^ uint64(b)) * 1099511628211
	}
	return rand.New(rand.NewPCG(seed, seed>>7|1))
}

// spread decides how many replies each thread has: exactly 40 in every twentieth, and in the others as life has it, many
// with none and a few with hundreds, but never 40.
func spread() []int {
	rng := source("spread")
	counts := make([]int, threadCount)
	left := replyCount - fullThreads*fullReplies
	var others []int
	for i := range counts {
		if i%(threadCount/fullThreads) == 0 {
			counts[i] = fullReplies
			continue
		}
		others = append(others, i)
		if rng.IntN(8) > 0 { // one in eight has no reply
			counts[i] = min(int(math.Exp(1.4+rng.NormFloat64()*1.1)), 400)
		}
		left -= counts[i]
	}
	for k := 0; left != 0; k++ {
		i, step := others[k%len(others)], 1
		if left < 0 {
			step = -1
		}
		if counts[i] == 0 { // those without replies stay without
			continue
		}
		if n := counts[i] + step; n > 0 {
			counts[i] = n
			left -= step
		}
	}
	for _, i := range others {
		if counts[i] == fullReplies {
			counts[i]++
			left--
		}
	}
	for k := 0; left < 0; k++ {
		if i := others[k%len(others)]; counts[i] > 1 && counts[i] != fullReplies+1 {
			counts[i]--
			left++
		}
	}
	return counts
}

const (
	firstNames = `Amara Bethan Callum Deepa Ewan Farah Gareth Hana Imran Jodie Kofi Laura Martin Nadia Owen Priya Quentin Ruth Sanjay
		Tomos Uma Violet Wendy Xavier Yasmin Zoe Alasdair Bronwen Chidi Delyth Elin Fiona Gwen Huw Ines Jacek Katarzyna Liam Maeve Niamh`
	familyNames = `Adeyemi Bowen Chaudhry Davies Evans Fernandes Griffiths Hughes Iqbal Jenkins Kowalski Lloyd Morgan Nowak Okafor
		Pryce Quinn Rees Singh Thomas Upton Vaughan Walsh Xu Yusuf Zaman Ashworth Barlow Crane Drummond Ellery Fairweather Goddard
		Holloway Irving Jarvis Kershaw Lambourne Moffat Nettleton Ogilvie Penhaligon Radcliffe Sutherland Tranter Underhill Wren`
	jobTitles = `Officer;Senior officer;Team leader;Service manager;Analyst;Adviser;Social worker;Planner;Engineer;Librarian;
		Caseworker;Business partner;Content designer;Developer;Project manager;Inspector;Surveyor;Coordinator;Administrator;Head of service`
	directorates = `Adult Social Care;Children and Families;Place and Environment;Resources;Communities and Housing`
	places       = `County Hall;Civic Centre;Riverside House;The Old Library;Home;Northgate depot`
)

func fields(s string) []string {
	var out []string
	for part := range strings.SplitSeq(s, ";") {
		out = append(out, strings.TrimSpace(part))
	}
	return out
}

func (c *corpus) person(i int) people.Record {
	rng := source("person", i)
	first, family := strings.Fields(firstNames), strings.Fields(familyNames)
	tops := fields(directorates)
	top := tops[i%len(tops)]
	service := fmt.Sprintf("%s service %d", top, 1+i/len(tops)%6)
	r := people.Record{
		ExternalID: personID(i),
		Name:       pick(rng, first) + " " + pick(rng, family),
		JobTitle:   pick(rng, fields(jobTitles)),
		Location:   pick(rng, fields(places)),
		Phone:      fmt.Sprintf("01632 %06d", 960000+i),
		Email:      fmt.Sprintf("person%d@bench.example", i),
		About:      c.lex.text(rng, 10+rng.IntN(30)),
		UnitPath:   []string{top, service, fmt.Sprintf("%s team %d", service, 1+i/30%3)},
		CreatedAt:  corpusEnd.AddDate(0, -corpusMonths, -rng.IntN(1000)),
		Hash:       fmt.Sprint("v", corpusVersion),
	}
	if i > 0 {
		r.ManagerExternalID = personID(i / 8) // eight reports each, up to person 0
	}
	return r
}

// topicNames are what threads are about; the first are met most.
var topicNames = fields(`Housing;Planning;Waste and recycling;Highways;Adult social care;Children's services;Schools;Public health;
	Council tax;Benefits;Business rates;Elections;Information governance;Data protection;Procurement;Contracts;Finance;Audit;
	Risk;Human resources;Recruitment;Payroll;Learning;Committees;Consultation;Community grants;Emergency planning;Connectivity;
	Cyber security;Service design;Data and analysis;Mapping;Climate;Energy;Parking;Parks;Libraries;Leisure;Accessibility;Customer service`)

func (c *corpus) topic(i int) topics.Record {
	return topics.Record{
		ExternalID:  fmt.Sprintf("bench/topic/%d", i),
		Name:        topicNames[i],
		Description: c.lex.text(source("topic", i), 20),
		Synonyms:    []string{fmt.Sprintf("%s matters", topicNames[i])},
	}
}

// network returns one of the networks. The first familyCount are networks of networks: the hundred after them have joined one
// each. The person who measures is in one network of twenty, and in the first.
func (c *corpus) network(i int) networks.NetworkRecord {
	rng := source("network", i)
	r := networks.NetworkRecord{
		ExternalID: networkID(i),
		Slug:       fmt.Sprintf("network-%d", i),
		Name:       fmt.Sprintf("%s circle %d", pick(rng, topicNames), i),
		Purpose:    c.lex.sentence(rng, 12),
		Access:     networks.Open,
		Public:     i%4 == 0,
		CreatedAt:  threadTime(i * threadCount / networkCount / 2),
		Hash:       fmt.Sprint("v", corpusVersion),
	}
	if i >= familyCount && i < 11*familyCount {
		r.Parents = []string{networkID(i % familyCount)}
	}
	first, size := rng.IntN(peopleCount), 20+rng.IntN(40)
	for k := range size {
		r.Members = append(r.Members, networks.MemberRecord{PersonExternalID: personID((first + 7*k) % peopleCount), Steward: k < 2})
	}
	if i%20 == 0 {
		r.Members = append(r.Members, networks.MemberRecord{PersonExternalID: personID(accountPerson)})
	}
	return r
}

// placeOf says which network thread i lives in, -1 for none, and whether it is for its members alone. Two threads of five live in
// one. What anybody may read lives in a public network.
func (c *corpus) placeOf(i int, audience string) (network int, within bool) {
	rng := source("place", i)
	if rng.IntN(5) > 1 {
		return -1, false
	}
	network = int(networkCount * math.Pow(rng.Float64(), 1.5))
	if audience == "public" {
		return network / 4 * 4, false
	}
	return network, rng.IntN(5) == 0
}

func (c *corpus) thread(i int) threads.ThreadRecord {
	rng := source("thread", i)
	title := c.lex.sentence(rng, 5+rng.IntN(6))
	kind := threads.Kind("discussion")
	if rng.IntN(5) > 0 {
		kind, title = "question", strings.TrimSuffix(title, ".")+"?"
	}
	names := []string{skewed(rng, topicNames)}
	if second := skewed(rng, topicNames); rng.IntN(2) == 0 && second != names[0] {
		names = append(names, second)
	}
	audience := "hub"
	if c.replies[i] == fullReplies || i%publicShare == 0 {
		audience = "public"
	}
	return threads.ThreadRecord{
		ExternalID:       threadID(i),
		Kind:             kind,
		Title:            title,
		Body:             c.lex.text(rng, 40+rng.IntN(120)),
		AuthorExternalID: author(rng),
		Topics:           names,
		Audience:         audience,
		CreatedAt:        threadTime(i),
		Votes:            rng.IntN(12),
		Hash:             fmt.Sprint("v", corpusVersion),
	}
}

func (c *corpus) reply(thread, n int) threads.ReplyRecord {
	rng := source("reply", thread, n)
	r := threads.ReplyRecord{
		ExternalID:       replyID(thread, n),
		ThreadExternalID: threadID(thread),
		Body:             c.lex.text(rng, 15+rng.IntN(75)),
		AuthorExternalID: author(rng),
		CreatedAt:        threadTime(thread).Add(time.Duration(n*n+n+1) * 7 * time.Minute),
		Votes:            rng.IntN(4),
		Accepted:         n == 2 && thread%3 == 0,
		Hash:             fmt.Sprint("v", corpusVersion),
	}
	if n > 0 && rng.IntN(4) == 0 {
		r.ParentExternalID = replyID(thread, rng.IntN(n))
	}
	return r
}

// skewed picks the earlier entries more often.
func skewed(rng *rand.Rand, list []string) string {
	return list[int(float64(len(list))*math.Pow(rng.Float64(), 2.2))]
}

// author picks a person; a tenth of the people write more than half of the words.
func author(rng *rand.Rand) string {
	return personID(int(float64(peopleCount) * math.Pow(rng.Float64(), 3)))
}

func threadTime(i int) time.Time {
	start := corpusEnd.AddDate(0, -corpusMonths, 0)
	return start.Add(time.Duration(float64(corpusEnd.Sub(start)) * float64(i) / threadCount))
}

func networkID(i int) string       { return fmt.Sprintf("bench/network/%d", i) }
func personID(i int) string        { return fmt.Sprintf("bench/person/%d", i) }
func threadID(i int) string        { return fmt.Sprintf("bench/thread/%d", i) }
func replyID(thread, n int) string { return fmt.Sprintf("bench/reply/%d/%d", thread, n) }
