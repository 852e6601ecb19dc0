package importers

import (
	"watercooler/app/find"
	"watercooler/app/reflections"
)

// learning holds who keeps what, what people learnt and what they looked for to what there is.
func (k *sampleCheck) learning(learnt []sampleReflection) {
	kept, err := parseKept()
	if err != nil {
		k.t.Fatal(err)
	}
	for _, one := range kept {
		t := k.threads[one.thread]
		if t == nil {
			k.wrong(one.place, "there is no thread %s.", one.thread)
			continue
		}
		for _, who := range []string{one.owner, one.deputy} {
			if who != "" {
				k.known(one.place, samplePersonID+who)
				k.mayRead(one.place, t, samplePersonID+who)
			}
		}
		if one.next == 0 || one.every == 0 {
			k.wrong(one.place, "it has no day for the next check.")
		}
	}
	for _, one := range learnt {
		k.known(one.place, samplePersonID+one.author)
		if one.Kind != reflections.Weeknote && one.Kind != reflections.Retrospective {
			k.wrong(one.place, "a reflection is a weeknote or a retrospective, not a %q.", one.Kind)
		}
		if one.Boxes == (reflections.Boxes{}) {
			k.wrong(one.place, "it says nothing.")
		}
		if one.about == "" {
			continue
		}
		if t := k.threads[one.about]; t == nil {
			k.wrong(one.place, "there is no thread %s.", one.about)
		} else {
			k.mayRead(one.place, t, samplePersonID+one.author)
			if t.ago < one.ago {
				k.wrong(one.place, "it looks back at what is not written yet.")
			}
		}
	}
	sought, err := parseSought()
	if err != nil {
		k.t.Fatal(err)
	}
	for _, one := range sought {
		for _, unit := range one.units {
			if !k.units[sampleUnit+unit] {
				k.wrong(one.place, "there is no unit %s.", unit)
			}
		}
		if one.from < one.to {
			k.wrong(one.place, "it ends before it begins.")
		}
		if g := one.gap; g != nil {
			if g.owner != "" {
				k.known(one.place, samplePersonID+g.owner)
			}
			if g.answer != "" && k.threads[g.answer] == nil {
				k.wrong(one.place, "there is no thread %s.", g.answer)
			}
			if (g.closed == 0) != (g.why == "") || g.why == find.WhyFound && g.answer == "" {
				k.wrong(one.place, "it does not say how it was closed.")
			}
		}
	}
}
