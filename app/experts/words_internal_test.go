package experts

import "testing"

func TestEvidenceInWords(t *testing.T) {
	known := map[string]Topic{"Rivers": {ID: 1, Name: "Rivers"}, "Roads": {ID: 2, Name: "Roads"}, "Data": {ID: 3, Name: "Data"}}
	wrote := func(accepted bool, topics ...string) Evidence {
		w := Evidence{Accepted: accepted}
		for _, name := range topics {
			w.Topics = append(w.Topics, known[name])
		}
		return w
	}
	for _, tc := range []struct {
		want     string
		evidence []Evidence
		asked    []Topic
	}{
		{"Wrote about Rivers", []Evidence{wrote(false, "Rivers")}, nil},
		{"Wrote about this", []Evidence{wrote(false)}, nil},
		{"Wrote about this twice", []Evidence{wrote(false, "Rivers"), wrote(false, "Roads")}, nil},
		{"Wrote about Roads twice", []Evidence{wrote(false, "Rivers", "Roads"), wrote(false, "Roads")}, nil},
		{"Wrote about Rivers", []Evidence{wrote(false, "Rivers", "Roads"), wrote(false, "Roads")}, []Topic{known["Rivers"]}},
		{"Wrote about Roads 3 times", []Evidence{wrote(false, "Roads"), wrote(false, "Roads"), wrote(false, "Roads")}, nil},
		{"An accepted answer on Rivers", []Evidence{wrote(true, "Data", "Rivers"), wrote(false, "Data")}, []Topic{known["Rivers"]}},
		{"Wrote about Rivers", []Evidence{wrote(true, "Data"), wrote(false, "Rivers")}, []Topic{known["Rivers"]}},
		{"2 accepted answers on this", []Evidence{wrote(true), wrote(true), wrote(false, "Data")}, nil},
		{"5 or more accepted answers on Data", []Evidence{wrote(true, "Data"), wrote(true, "Data"), wrote(true, "Data"), wrote(true, "Data"), wrote(true, "Data")}, nil},
	} {
		if got := (Expert{Evidence: tc.evidence}).why(tc.asked); got != tc.want {
			t.Errorf("why(%v) = %q, want %q", tc.asked, got, tc.want)
		}
	}
	counted := Expert{counts: []topicCounts{{topic: known["Data"], Counts: Counts{Answers: 3, Accepted: 2, Posts: 1}}}}
	if got := counted.why(nil); got != "2 accepted answers and 1 post on Data" {
		t.Errorf("with counts: %q", got)
	}
}
