package planted

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

const (
	peopleCount  = 2_000
	partnerCount = 40
	threadCount  = 20_000
	communities  = 8
	networksEach = 8    // of a community
	within       = 0.92 // of what people say, how much is among their community
)

var (
	directorates = []string{"Adults", "Children", "Places", "Resources", "Communities"}
	services     = []string{"Commissioning", "Delivery", "Standards", "Partnerships"}
	teams        = []string{"North", "South", "East", "West"}
	locations    = []string{"County Hall", "Riverside House", "The Depot", "Market Street", "Harbour Office", "Hill Road", "Station Point", "Old Library"}
	jobs         = []string{"Adviser", "Analyst", "Officer", "Inspector", "Planner", "Practitioner", "Technician", "Coordinator"}
	areas        = []string{"Libraries", "Schools", "Roads", "Waste", "Housing", "Parks", "Licensing", "Care", "Planning", "Flooding", "Buses", "Museums"}
	aspects      = []string{"funding", "staffing", "contracts", "complaints", "data", "maps", "consultation", "safety", "records", "training"}
)

// New makes up an organisation.
func New(seed uint64) *Organisation {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err) // a machine without time zones cannot run any test
	}
	o := &Organisation{Zone: zone, seed: seed, Truth: Truth{Communities: communities, Knowers: map[int64][]int64{}, Leavers: map[int64][]int64{}}}
	o.growUnits(o.Stream("units"))
	o.growPeople(o.Stream("people"))
	o.growNetworks(o.Stream("networks"))
	o.growTopics(o.Stream("topics"))
	o.talk(o.Stream("talk"))
	o.talkNarrowly(o.Stream("narrow"))
	o.talkMore(o.Stream("bursts"))
	return o
}

// growUnits makes five directorates of four services of four teams. Communities run across the tree.
func (o *Organisation) growUnits(r *rand.Rand) {
	add := func(parent int64, level int, name string) int64 {
		id := int64(len(o.Units) + 1)
		o.Units = append(o.Units, Unit{ID: id, Parent: parent, Level: level, Name: name, Community: -1})
		return id
	}
	var all []int64
	for _, d := range directorates {
		directorate := add(0, 0, d)
		for _, s := range services {
			service := add(directorate, 1, d+" "+s)
			for _, t := range teams {
				all = append(all, add(service, 2, d+" "+s+" "+t))
			}
		}
	}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for i, id := range all {
		o.Unit(id).Community = i % communities
	}
}

// growPeople fills the teams evenly but for four, which have three people each, and puts two people at the head of each service and
// directorate. Some leave.
func (o *Organisation) growPeople(r *rand.Rand) {
	o.byTop = make([][]int64, communities)
	add := func(p Person) int64 {
		p.ID = int64(len(o.People) + 1)
		p.Name = fmt.Sprintf("Person %d", p.ID)
		p.Job = jobs[r.IntN(len(jobs))]
		p.activity = math.Exp(r.NormFloat64() * 0.8)
		o.People = append(o.People, p)
		if p.Community >= 0 {
			o.byTop[p.Community] = append(o.byTop[p.Community], p.ID)
		}
		return p.ID
	}
	var small, usual []Unit
	for i, u := range o.Units {
		switch {
		case u.Level < 2:
			for range 2 {
				add(Person{Organisation: HomeOrg, Unit: u.ID, Location: locations[0], Community: r.IntN(communities)})
			}
		case i%21 == 5: // four of the teams
			small = append(small, u)
		default:
			usual = append(usual, u)
		}
	}
	for _, u := range small {
		for range 3 {
			add(Person{Organisation: HomeOrg, Unit: u.ID, Location: locations[0], Community: u.Community})
		}
	}
	for i := 0; len(o.People) < peopleCount-partnerCount; i++ {
		u := usual[i%len(usual)]
		add(Person{Organisation: HomeOrg, Unit: u.ID, Location: locations[r.IntN(len(locations))], Community: u.Community})
	}
	for range partnerCount {
		add(Person{Organisation: Partner, Community: -1})
	}
	for i := range o.People {
		if p := &o.People[i]; p.Organisation == HomeOrg && r.Float64() < 0.03 {
			p.Left = o.Month(1 + r.IntN(Months-1)).Add(time.Duration(r.IntN(28*24)) * time.Hour)
		}
	}
}

// growNetworks gives each community its networks, of whose members a few come from elsewhere, and plants the bridges: networks of
// people from two communities.
func (o *Organisation) growNetworks(r *rand.Rand) {
	for c := range communities {
		for n := range networksEach {
			o.Networks = append(o.Networks, Network{ID: int64(len(o.Networks) + 1), Name: fmt.Sprintf("Network %d of community %d", n+1, c+1), Community: c, Closed: n == networksEach-1})
		}
	}
	for _, p := range o.People {
		if p.Community < 0 {
			continue
		}
		for _, n := range r.Perm(networksEach)[:1+r.IntN(4)] {
			o.join(p.Community*networksEach+n, p.ID)
		}
		if r.Float64() < 0.1 {
			o.join(r.IntN(communities*networksEach), p.ID)
		}
	}
	for _, pair := range [][2]int{{0, 1}, {2, 3}, {4, 5}, {6, 7}, {1, 2}, {5, 6}} {
		id := int64(len(o.Networks) + 1)
		o.Networks = append(o.Networks, Network{ID: id, Name: fmt.Sprintf("Bridge of communities %d and %d", pair[0]+1, pair[1]+1), Community: -1})
		for _, c := range pair {
			for _, i := range r.Perm(len(o.byTop[c]))[:30] {
				o.join(int(id-1), o.byTop[c][i])
			}
		}
		o.Truth.Bridges = append(o.Truth.Bridges, id)
	}
}

func (o *Organisation) join(network int, person int64) {
	if n := &o.Networks[network]; !slices.Contains(n.Members, person) {
		n.Members = append(n.Members, person)
	}
}

// The topics: ten of each community, twelve that everybody talks of, and the rest narrow.
const (
	topicsEach  = 10
	broadTopics = 12
)

func (o *Organisation) growTopics(r *rand.Rand) {
	for i := range len(areas) * len(aspects) {
		t := Topic{ID: int64(i + 1), Name: areas[i%len(areas)] + " " + aspects[i/len(areas)], Community: -1}
		switch {
		case i < communities*topicsEach:
			t.Community = i % communities
		case i >= communities*topicsEach+broadTopics:
			t.Community, t.Narrow = r.IntN(communities), true
		}
		o.Topics = append(o.Topics, t)
	}
	// Ten topics burst, and four fade; none of them both.
	chosen := r.Perm(communities * topicsEach)
	for i, topic := range chosen[:10] {
		from := 4 + (i*19+r.IntN(3))%18
		o.Truth.Bursts = append(o.Truth.Bursts, Burst{Topic: int64(topic + 1), From: from, To: min(from+1+r.IntN(2), Months-1)})
	}
	for _, topic := range chosen[10:14] {
		o.Truth.Fading = append(o.Truth.Fading, int64(topic+1))
	}
	// From each topic that everybody talks of, a service is missing; from every third, a place too.
	var served []int64
	for _, u := range o.Units {
		if u.Level == 1 {
			served = append(served, u.ID)
		}
	}
	for i := range broadTopics {
		topic := int64(communities*topicsEach + i + 1)
		o.Truth.Gaps = append(o.Truth.Gaps, Gap{Topic: topic, Unit: served[r.IntN(len(served))]})
		if i%3 == 0 {
			o.Truth.Gaps = append(o.Truth.Gaps, Gap{Topic: topic, Location: locations[1+r.IntN(len(locations)-1)]})
		}
	}
	// Of narrow topics one or two people know in every three, three or four, or five to nine. Of some, another one has left.
	for i := communities*topicsEach + broadTopics; i < len(o.Topics); i++ {
		t := o.Topics[i]
		n := []int{1 + r.IntN(2), 3 + r.IntN(2), 5 + r.IntN(5)}[i%3]
		for _, k := range r.Perm(len(o.byTop[t.Community])) {
			p := o.byTop[t.Community][k]
			if len(o.Truth.Knowers[t.ID]) == n {
				if i%4 == 0 {
					o.Person(p).Left = o.Month(Months - 3).Add(time.Duration(r.IntN(40*24)) * time.Hour)
					o.Truth.Leavers[t.ID] = append(o.Truth.Leavers[t.ID], p)
				}
				break
			}
			if o.Person(p).Left.IsZero() {
				o.Truth.Knowers[t.ID] = append(o.Truth.Knowers[t.ID], p)
			}
		}
	}
}
