package gallery

import (
	"watercooler/views/decisions"
	"watercooler/views/parts"
	"watercooler/views/threads"
)

func (g *shelf) decisions() {
	agreed, proposed := decisions.State{Code: "agreed", Text: "Agreed"}, decisions.State{Code: "proposed", Text: "Proposed"}
	rows := []decisions.Row{
		{
			Path: "/threads/51", Title: "School routes are gritted before bus routes", State: agreed, By: ruth, Author: gwen, Authority: "Cabinet, 12 May", When: now, Said: "decided",
			Review: "looked at again on 1 March 2027", Overdue: true, Grounds: "3 options, 2 pieces of evidence", Network: parts.Link{Text: "Winter service", Path: "/networks/winter"}, Topics: []parts.Topic{connectivity, schools},
		},
		{Path: "/threads/52", Title: "Every form says how long it takes", State: proposed, Author: martin, When: earlier, Said: "proposed", Review: "open until 12 March 2027", Grounds: "No evidence", Audience: "Public"},
		{Path: "/threads/53", Title: "Meetings end five minutes early", State: decisions.State{Code: "superseded", Text: "Superseded"}, By: ruth, Author: ruth, When: old, Said: "decided", Grounds: "No evidence"},
		{Path: "/threads/54", Title: "One laptop for everybody", State: decisions.State{Code: "review", Text: "Under review"}, By: ruth, Author: ruth, When: old, Said: "decided", Grounds: "No evidence"},
		{Path: "/threads/55", Title: "Paper letters on Fridays", State: decisions.State{Code: "withdrawn", Text: "Withdrawn"}, By: ruth, Author: ruth, When: old, Said: "decided", Grounds: "No evidence"},
	}
	g.add("decisions", decisions.Register(decisions.RegisterPage{
		Chrome: g.chrome("Decisions", "discussions"), NewPath: "/decisions/new", Active: []parts.Link{{Text: "State: Agreed", Path: "/decisions"}}, Rows: rows,
		Groups: []parts.FilterGroup{{Name: "State", Values: []parts.Tab{{Text: "Proposed", Path: "/decisions?state=proposed", Count: 4}}}, {Name: "Year", Values: []parts.Tab{{Text: "2026", Path: "/decisions?year=2026"}}}},
		Pager:  parts.Pager{First: "/decisions", Next: "/decisions?before=x"}, Files: []parts.Link{{Text: "CSV", Path: "/decisions.csv"}, {Text: "JSON", Path: "/decisions.json"}},
	}))
	g.add("decisions-empty", decisions.Register(decisions.RegisterPage{
		Chrome: g.stranger("Decisions", "discussions"), Empty: parts.Empty{Title: "No decision is recorded yet", Text: "What was decided is found here once somebody writes it down."},
	}))
	panel := decisions.Panel{
		State: agreed, By: ruth, Authority: "Cabinet, 12 May", Decided: now, Force: "in force from 18 March 2027, after 14 days of notice", Review: "1 March 2027", Overdue: true,
		Reviewed: "3 March 2026", Learnt: "It saved eleven tonnes of salt.\nThe bus company was told too late.", Owner: gwen, Deputy: ben, Source: parts.Link{Text: "Which routes first?", Path: "/threads/42"},
		Options: []decisions.Option{{Said: "School routes first", Chosen: true}, {Said: "Bus routes first"}, {Said: "As before"}},
		Evidence: []decisions.Evidence{
			{Kind: "Data", Title: "Salt used in two winters", Path: "https://data.example/salt.csv", Note: "March 2026"}, {Kind: "Experience", Title: "What the drivers say", Note: "4 March 2027, after it was decided"},
		},
		Assumptions: []decisions.Assumption{{Said: "The depot keeps two drivers on call", WatchFor: "a week with one", Broken: "Said on 4 March 2027 not to hold"}, {Said: "It snows"}},
		Counts:      []string{"4 agree", "1 abstains", "1 disagrees"}, Words: []decisions.Word{{Person: martin, Position: "disagrees", Reason: "The number 12 runs past two schools anyway.\nAsk them.", At: earlier}},
		Past: []decisions.Change{
			{Text: "proposed this", By: gwen, At: earlier}, {Text: "recorded it as agreed", By: ruth, At: now, Reason: "Before it closed."},
			{Text: "said that it is superseded by", By: ruth, At: now, Other: parts.Link{Text: "All routes at once", Path: "/threads/60"}},
		},
		ChallengePath: "/threads/51/challenge", ReviewPath: "/threads/51/review", AmendPath: "/threads/51/amend", WithdrawPath: "/threads/51/withdraw",
		ReplacePath: "/decisions/new?replaces=51", SupersedePath: "/threads/51/supersede", UnsupersedePath: "/threads/51/unsupersede",
	}
	page := threads.ShowPage{
		Chrome: g.chrome("School routes are gritted before bus routes", "discussions"), ID: 51, Kind: "decision", Title: "School routes are gritted before bus routes", BodyHTML: "<p>From the first frost.</p>",
		Author: gwen, At: now, Crumbs: []parts.Link{{Text: "Decisions", Path: "/decisions"}}, WhoSees: "Visible to everyone signed in", Decision: decisions.Shown(panel),
	}
	g.add("decision", threads.Show(page))
	proposal := decisions.Panel{
		State: proposed, Note: "This is a proposal. People say what they think of it until 12 March 2027.", AgreePath: "/threads/52/agree",
		Stance: &decisions.StanceForm{Action: "/threads/52/stance", Choices: []parts.Option{{Value: "agree", Label: "Agree", Hint: "I can support this"}, {Value: "block", Label: "Block", Selected: true}}, Given: true},
	}
	page.Decision = decisions.Shown(proposal)
	g.add("decision-proposal", threads.Show(page))
	page.Decision = decisions.Shown(decisions.Panel{State: agreed, Bare: true})
	g.add("decision-bare", threads.Show(page))
	page.Kind, page.Decision = "question", decisions.FromHere(decisions.Made{Rows: rows})
	g.add("thread-decided", threads.Show(page))
	g.add("decision-stance", decisions.Stance(decisions.StancePage{
		Chrome: g.chrome("What do you think of it?", "discussions"), Decision: parts.Link{Text: rows[1].Title, Path: rows[1].Path}, Note: proposal.Note,
		Form: decisions.StanceForm{Action: "/threads/52/stance", Choices: proposal.Stance.Choices, Problems: parts.Problems{{Name: "reason", Text: "Say why, in your own words."}}},
	}))
	g.add("decision-step", decisions.Step(decisions.StepPage{
		Chrome: g.chrome("Agree this proposal", "discussions"), Decision: parts.Link{Text: rows[1].Title, Path: rows[1].Path}, Heading: "Agree this proposal", Lead: "From then on it holds.", Action: "/threads/52/agree",
		Fields: []decisions.StepField{
			{Look: "input", Field: parts.Field{Name: "review", Label: "When is it looked at again?", Type: "date"}}, {Look: "area", Field: parts.Field{Name: "reason", Label: "Why?"}},
			{Look: "choices", Field: parts.Field{Name: "broken", Label: "Which of these does not hold?", Type: "checkbox", Options: []parts.Option{{Value: "1", Label: "It snows", Selected: true}}}},
			{Look: "sure", Field: parts.Field{Name: "early", Label: "Yes, before it closes.", Value: "1"}},
		},
		Submit: "Agree it", Bad: true, Problems: parts.Problems{{Name: "early", Text: "It has not closed yet."}},
	}))
	write := decisions.WritePage{
		Chrome: g.chrome("Record a decision", "discussions"), Heading: "Record a decision", Lead: "Three answers are enough.", Back: parts.Link{Text: "Which routes first?", Path: "/threads/42"}, Action: "/threads/42/decide",
		Replaces: parts.Link{Text: "Bus routes first", Path: "/threads/12"}, Replaced: "12", Title: "School routes first", By: "@ruth.adeyemi", Authority: "Cabinet", Review: "2027-09-01",
		Kinds: []parts.Option{{Value: "decided", Label: "It is decided", Selected: true}, {Value: "proposal", Label: "It is a proposal"}}, TopicNames: []string{"Schools"}, Suggested: []string{"Schools"},
		Options: []decisions.OptionRow{{Said: "School routes first"}, {}}, Chosen: 1, Evidence: []decisions.EvidenceRow{{Kind: "law", Title: "The Act", URL: "law", Date: "2020-01-01"}, {}},
		Grounds: []parts.Option{{Value: "data", Label: "Data"}, {Value: "law", Label: "Law"}}, Assumptions: []decisions.AssumptionRow{{Said: "It snows"}, {}},
		Places:    []threads.PlaceOption{{Label: "Everyone", Audiences: []string{"hub", "public"}, Selected: true}, {Value: "3", Label: "Winter service", Audiences: []string{"hub"}}},
		Audiences: []parts.Option{{Value: "hub", Label: "Everyone signed in.", Selected: true}, {Value: "public", Label: "Anyone."}}, More: true, Submit: "Record", CancelPath: "/threads/42",
		Problems: parts.Problems{{Name: "title", Text: "Write a title."}, {Name: "evidence-url-1", Text: "Copy the whole address."}, {Name: "by", Text: "There is nobody by this name."}},
	}
	g.add("decision-write", decisions.Write(write))
	g.add("decision-amend", decisions.Write(decisions.WritePage{
		Chrome: g.chrome("Amend this decision", "discussions"), Heading: "Amend this decision", Lead: "What it said before stays.", Back: parts.Link{Text: rows[1].Title, Path: rows[1].Path}, Action: "/threads/52/amend",
		Revision: 2, Title: rows[1].Title, Proposal: true, Submit: "Save changes", CancelPath: "/threads/52", Problems: parts.Problems{{Name: "reason", Text: "Say why it is changed."}},
	}))
}
