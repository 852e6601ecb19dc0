package maps

import (
	"net/url"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/views/charts"
	"watercooler/views/insights"
	views "watercooler/views/maps"
	"watercooler/views/parts"
)

// Web answers the requests about maps.
type Web struct {
	maps *Service
	web  *web.Web
}

// NewWeb returns the handlers for s.
func NewWeb(s *Service, w *web.Web) *Web { return &Web{maps: s, web: w} }

const (
	mapsPath      = "/insights/maps"
	networksPath  = mapsPath + "/networks"
	topicsPath    = mapsPath + "/topics"
	knowledgePath = mapsPath + "/knowledge"
	missingPath   = mapsPath + "/missing"
)

// tabs are the maps, current being the path of the one shown, each for the same months.
func tabs(current string, month Month) []parts.Tab {
	list := []parts.Tab{
		{Text: "Who learns from whom", Path: mapsPath},
		{Text: "Networks of networks", Path: networksPath},
		{Text: "Topics", Path: topicsPath},
		{Text: "Knowledge at risk", Path: knowledgePath},
		{Text: "Who is missing", Path: missingPath},
	}
	for i := range list {
		list[i].Current = list[i].Path == current
		list[i].Path += "?month=" + string(month)
	}
	return list
}

// head fills in what all pages of maps have in common. export is the name of the figures, and further what they are chosen by beside
// the month.
func (h *Web) head(c *fiber.Ctx, path, heading, lead, export string, month Month, madeAt time.Time, further url.Values) views.Head {
	head := views.Head{
		Chrome: h.web.Chrome(c, heading), Tabs: insights.Tabs(mapsPath), Maps: tabs(path, month), Path: path, Heading: heading, Lead: lead,
		Covers: monthName(h.maps.shift(month, 1-monthsCovered)) + " to " + monthName(month), K: h.maps.K(),
		Months: parts.Field{Name: "month", Label: "Twelve months to"},
	}
	head.Chrome.Nav = "insights"
	if !madeAt.IsZero() {
		head.MadeAt = h.web.Moment(madeAt)
	}
	for _, m := range h.maps.Months() {
		head.Months.Options = append(head.Months.Options, parts.Option{Value: string(m), Label: monthName(m), Selected: m == month})
	}
	q := url.Values{"month": {string(month)}}
	for name, values := range further {
		q[name] = values
	}
	head.CSV, head.JSON = mapsPath+"/"+export+".csv?"+q.Encode(), mapsPath+"/"+export+".json?"+q.Encode()
	return head
}

// monthName is a month as people read it: "April 2027".
func monthName(m Month) string {
	t, err := time.Parse(monthLayout, string(m))
	if err != nil {
		return string(m)
	}
	return t.Format("January 2006")
}

// shift returns the month so many after m.
func (s *Service) shift(m Month, months int) Month {
	return Month(s.begin(m, months).Format(monthLayout))
}

func monthOf(c *fiber.Ctx) Month { return Month(c.Query("month")) }

// levelNames are what the levels of the tree of units are called here.
var levelNames = [levels]string{"Units at the top", "Units below those"}

// bandWords are the bands as people read them.
var bandWords = map[Band]string{None: "none", Few: "few", Some: "some", Many: "many", Hidden: "hidden"}

// Replies answers GET /insights/maps: who learns from whom.
func (h *Web) Replies(c *fiber.Ctx) error {
	level := c.QueryInt("level")
	p, err := h.maps.Replies(c.UserContext(), auth.ViewerOf(c), monthOf(c), level)
	if err != nil {
		return err
	}
	q := url.Values{"level": {strconv.Itoa(level)}}
	page := views.RepliesPage{Head: h.head(c, mapsPath, "Who learns from whom", "When people of one unit ask or open a discussion, whose people reply? A strong field off the diagonal is where knowledge crosses the organisation.", "replies", p.Month, p.MadeAt, q)}
	choice := parts.Field{Name: "level", Label: "Compare"}
	for i, name := range levelNames {
		choice.Options = append(choice.Options, parts.Option{Value: strconv.Itoa(i), Label: name, Selected: i == level})
	}
	page.Choices = []parts.Field{choice}
	page.Heat = heat(p.Map)
	for _, b := range []Band{None, Few, Some, Many} {
		page.Key = append(page.Key, charts.Cell{Band: string(b), Text: bandWords[b]})
	}
	page.Key = append(page.Key, charts.Cell{Band: string(Hidden), Text: "hidden: fewer than " + strconv.Itoa(h.maps.K()) + " people"})
	return web.Render(c, fiber.StatusOK, views.Replies(page))
}

// heat is the map as it is drawn.
func heat(m Replies) charts.Heat {
	out := charts.Heat{
		ID: "replies", Title: "Replies from unit to unit", Asks: "Asked by", Answers: "Answered by",
		Desc: "Each row is a unit that asked, each column one that replied; a larger square is a larger part of the replies that the row got. The table below says the same.",
	}
	for i, u := range m.Units {
		out.Rows = append(out.Rows, u.Name)
		row := make([]charts.Cell, len(m.Bands[i]))
		for j, b := range m.Bands[i] {
			row[j] = charts.Cell{Band: string(b), Text: bandWords[b]}
		}
		out.Cells = append(out.Cells, row)
	}
	return out
}

// Topics answers GET /insights/maps/topics: which rise and which fade.
func (h *Web) Topics(c *fiber.Ctx) error {
	p, err := h.maps.Topics(c.UserContext(), auth.ViewerOf(c), monthOf(c))
	if err != nil {
		return err
	}
	page := views.TopicsPage{Head: h.head(c, topicsPath, "Topics that rise and fade", "What the organisation talks of much more, or much less, than it usually does. The bars are people who spoke of the topic, month by month; the coloured ones are those that stand out.", "topics", p.Month, p.MadeAt, nil)}
	for _, m := range p.Map.Months {
		page.MonthNames = append(page.MonthNames, shortMonth(m))
	}
	for _, t := range p.Map.Rising {
		page.Rising = append(page.Rising, trend("rising", t, p.Map.Months, since(t)))
	}
	for _, t := range p.Map.Fading {
		page.Fading = append(page.Fading, trend("fading", t, p.Map.Months, "since "+monthName(t.From)))
	}
	return web.Render(c, fiber.StatusOK, views.Topics(page))
}

// since says when a topic was talked of more than usual.
func since(t Trend) string {
	switch {
	case t.Lasts:
		return "since " + monthName(t.From)
	case t.From == t.To:
		return "in " + monthName(t.From)
	}
	return monthName(t.From) + " to " + monthName(t.To)
}

func shortMonth(m Month) string {
	t, err := time.Parse(monthLayout, string(m))
	if err != nil {
		return string(m)
	}
	return t.Format("Jan 06")
}

func trend(way string, t Trend, months []Month, when string) views.Trend {
	out := views.Trend{Topic: parts.Topic{Name: t.Name, Path: t.Path()}, When: when}
	out.Bars = charts.Bars{ID: way + "-" + strconv.FormatInt(t.ID, 10), Title: "People who spoke of " + t.Name}
	for i, n := range t.People {
		out.Bars.Bars = append(out.Bars.Bars, charts.Bar{Month: monthName(months[i]), Number: max(n, 0), Hidden: n < 0, Marked: months[i] >= t.From && months[i] <= t.To})
	}
	return out
}

// Knowledge answers GET /insights/maps/knowledge: about which topics few people know.
func (h *Web) Knowledge(c *fiber.Ctx) error {
	p, err := h.maps.Knowledge(c.UserContext(), auth.ViewerOf(c), monthOf(c))
	if err != nil {
		return err
	}
	page := views.KnowledgePage{Head: h.head(c, knowledgePath, "Knowledge at risk", "Topics that people ask about, by how many show that they know. Where it is one or two, a holiday or a new job is enough to lose it.", "knowledge", p.Month, p.MadeAt, nil)}
	page.Left = leftSaid(p.Map, h.maps.K())
	for i, known := range knownOrder {
		band := views.RiskBand{Known: knownWords[i], Risk: riskWords[i], Level: i}
		for _, t := range p.Map.Topics {
			if t.Known == known {
				band.Topics = append(band.Topics, riskTopic(t))
			}
		}
		if len(band.Topics) > 0 {
			page.Bands = append(page.Bands, band)
		}
	}
	return web.Render(c, fiber.StatusOK, views.Knowledge(page))
}

func riskTopic(t AtRisk) views.RiskTopic {
	out := views.RiskTopic{Topic: parts.Topic{Name: t.Name, Path: t.Path()}}
	if t.Confirmed {
		out.People = t.Path() + "?tab=people"
	}
	return out
}

// What the bands of knownOrder are called, and how large the risk is.
var (
	knownWords = []string{"Nobody shows that they know", "One or two people know", "Three or four people know", "Five to nine people know", "Ten people or more know"}
	riskWords  = []string{"high", "high", "some", "low", "low"}
)

// leftSaid is what is said of people who left.
func leftSaid(m Knowledge, k int) string {
	people := map[Band]string{Few: "Fewer than ten people", Some: "Ten to nineteen people", Many: "Twenty people or more"}[m.Left]
	switch {
	case m.Left == Hidden:
		return "In these months fewer than " + strconv.Itoa(k) + " people left who knew one of the topics, so nothing more is said about it."
	case people == "":
		return ""
	}
	said := people + " left in these months who knew " + parts.Plural(m.Lost, "topic", "topics")
	if m.LostLast == 0 {
		return said + ". Enough others know them."
	}
	return said + ". Of those, " + strconv.Itoa(m.LostLast) + " are now known by nobody, or by one or two people."
}

// Missing answers GET /insights/maps/missing: who is missing from a topic or a decision.
func (h *Web) Missing(c *fiber.Ctx) error {
	p, err := h.maps.Missing(c.UserContext(), auth.ViewerOf(c), monthOf(c), c.Query("about"))
	if err != nil {
		return err
	}
	q := url.Values{}
	subject := p.Map.Subject
	if subject.Path != "" {
		q.Set("about", subject.Key())
	}
	page := views.MissingPage{Head: h.head(c, missingPath, "Who is missing", "A conversation that a whole unit, place or profession takes no part in may be missing what they know, or what it means for them.", "missing", p.Month, p.MadeAt, q)}
	page.About = parts.Link{Text: subject.Name, Path: subject.Path}
	if len(p.Map.Subjects) > 0 {
		page.Choices = []parts.Field{subjectField(p.Map.Subjects, subject)}
	}
	for i, list := range p.Map.Units {
		page.Sets = append(page.Sets, partSet(levelNames[i], list))
	}
	page.Sets = append(page.Sets, partSet("Places", p.Map.Places), partSet("Roles", p.Map.Roles))
	return web.Render(c, fiber.StatusOK, views.Missing(page))
}

// subjectRunes is how much of a title stands in the list of what one may ask about.
const subjectRunes = 70

func subjectField(list []Subject, current Subject) parts.Field {
	f := parts.Field{Name: "about", Label: "Topic or decision"}
	for _, s := range list {
		name := s.Name
		if r := []rune(name); len(r) > subjectRunes {
			name = string(r[:subjectRunes-1]) + "…"
		}
		if s.Kind == "decision" {
			name = "Decision: " + name
		}
		f.Options = append(f.Options, parts.Option{Value: s.Key(), Label: name, Selected: s.Key() == current.Key()})
	}
	return f
}

func partSet(name string, list []Share) views.PartSet {
	set := views.PartSet{Name: name}
	for _, s := range list {
		switch s.Took {
		case None:
			set.Missing = append(set.Missing, s.Name)
		case Hidden:
			set.Quiet = append(set.Quiet, s.Name)
		default:
			set.Took = append(set.Took, s.Name)
		}
	}
	return set
}
