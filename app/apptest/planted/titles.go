package planted

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// What titles are made of. Words are drawn so that a few are common and most are not, as in any language.
var (
	doings = strings.Fields(`renew claim book order replace report archive translate publish approve audit insure repair label map price recruit
		induct rota procure tender invoice reconcile escalate redact digitise survey evict rehouse license inspect gritting permit appeal
		moderate benchmark forecast budget transcribe migrate decommission`)
	things = strings.Fields(`laptop badge minibus boiler kiosk projector defibrillator lanyard noticeboard skip barrier bench streetlight drain hedge
		playground allotment cemetery mooring jetty culvert footbridge stile signpost verge pothole bollard canopy locker scanner franking
		telephone headset monitor dongle router switchboard voicemail calendar mailbox spreadsheet dashboard database backup password
		certificate passport visa payslip pension mileage expense receipt voucher grant bursary invoice contract framework lease tenancy deposit
		rent arrears bailiff tribunal hearing witness statement complaint petition ballot minutes agenda quorum bylaw covenant easement
		deed survey valuation auction inventory stocktake pallet forklift trailer tachograph toolbox harness scaffold asbestos legionella
		radon sprinkler extinguisher alarm hydrant evacuation rehearsal vaccination inhaler wheelchair hoist stairlift ramp interpreter
		braille subtitle leaflet poster banner podcast webinar survey questionnaire interview focusgroup persona prototype sitemap
		redirect glossary thesaurus catalogue index microfilm parchment ledger register census tithe enclosure`)
	manners = strings.Fields(`urgent annual overdue shared portable temporary seasonal second broken missing outdated duplicate late early
		part-time remote bilingual listed rural coastal flooded frozen donated leased hired imported confidential anonymous paper
		digital weekly quarterly interim emergency voluntary statutory joint partial retrospective`)
	groups = strings.Fields(`schools libraries carers tenants volunteers councillors apprentices pensioners contractors drivers receptionists
		wardens foresters archivists nurses chefs cleaners caretakers governors fosterers refugees farmers fishers traders parishes
		museums nurseries hostels depots harbours marinas surgeries workshops kitchens laundries greenhouses stables quarries reservoirs`)
	asks = []string{"How do we %s a %s %s for %s?", "Who can %s the %s %s of the %s?", "Where do I %s a %s %s with %s?", "Can we %s the %s %s at %s?", "When must we %s our %s %s to %s?"}
	says = []string{"What we learnt when we %s the %s %s with %s", "%s the %s %s: what %s told us", "A better way to %s a %s %s for %s"}
)

// word draws one of list; those at its beginning come more often.
func word(r *rand.Rand, list []string) string {
	return list[int(r.Float64()*r.Float64()*float64(len(list)))]
}

// matter is what a title is about.
type matter struct{ doing, manner, thing, group string }

// matter makes up one that nothing has been about yet: what comes again is planted, so that the truth is known. Many are about the same but
// for a word.
func (a *ailing) matter() matter {
	for {
		m := matter{word(a.r, doings), word(a.r, manners), word(a.r, things), word(a.r, groups)}
		if !a.matters[m] {
			a.matters[m] = true
			return m
		}
	}
}

// ask puts a question about it in one of several ways.
func (m matter) ask(r *rand.Rand) string {
	return fmt.Sprintf(asks[r.IntN(len(asks))], m.doing, m.manner, m.thing, m.group)
}

// reword has one in ten people call the thing by other words, which no comparison of words can see through.
func (a *ailing) reword(m matter) matter {
	if a.r.IntN(10) == 0 {
		m.thing, m.manner = word(a.r, things), word(a.r, manners)
	}
	return m
}

// again asks the same as somebody else would put it: other small words, other order, another form of a word.
func (m matter) again(r *rand.Rand) string {
	switch r.IntN(5) {
	case 0:
		return fmt.Sprintf("Does anybody know how to %s %s that are %s for the %s", m.doing, many(m.thing), m.manner, m.group)
	case 1:
		return fmt.Sprintf("%s %s %s: how to %s, please?", strings.ToUpper(m.group[:1])+m.group[1:], m.manner, m.thing, m.doing)
	case 2:
		return fmt.Sprintf("Help with a %s %s: %s to %s", m.manner, m.thing, m.group, m.doing)
	}
	return m.ask(r)
}

// many is the plural of a word.
func many(word string) string {
	switch {
	case strings.HasSuffix(word, "y"):
		return strings.TrimSuffix(word, "y") + "ies"
	case strings.HasSuffix(word, "s"), strings.HasSuffix(word, "x"), strings.HasSuffix(word, "ch"):
		return word + "es"
	}
	return word + "s"
}

// guide is the title of guidance on it.
func (m matter) guide(r *rand.Rand) string {
	switch r.IntN(3) {
	case 0:
		return fmt.Sprintf("Guide: %s a %s %s for %s", m.doing, m.manner, m.thing, m.group)
	case 1:
		return fmt.Sprintf("How to %s the %s %s (%s)", m.doing, m.manner, m.thing, m.group)
	}
	return fmt.Sprintf("%s %s %s for %s: policy", m.doing, m.manner, m.thing, m.group)
}

// retitle gives what is said titles in words. One in fifty is about a year.
func (a *ailing) retitle() {
	r := a.r
	for _, t := range a.o.Threads {
		m := a.matter()
		if t.Title = m.ask(r); t.Kind != "question" {
			t.Title = fmt.Sprintf(says[r.IntN(len(says))], m.doing, m.manner, m.thing, m.group)
		}
		if r.IntN(50) == 0 {
			t.Title += fmt.Sprintf(" in %d", 2024+r.IntN(4))
		}
		t.Body = t.Title
	}
}

// prose makes up an answer or a decision of n words.
func prose(r *rand.Rand, n int) string {
	lists := [][]string{doings, things, manners, groups}
	out := make([]string, n)
	for i := range out {
		list := lists[r.IntN(len(lists))]
		out[i] = list[r.IntN(len(list))]
	}
	return strings.Join(out, " ") + "."
}
