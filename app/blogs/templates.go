package blogs

// Template is a way to begin a post, for somebody who faces an empty page.
type Template struct {
	Name  string // in addresses: "weeknote"
	Title string // "A weeknote"
	About string // what it is for, one sentence
	Start DraftInput
}

// Templates are the ways to begin, in the order they are offered.
func Templates() []Template {
	return []Template{
		{
			Name: "introduction", Title: "An introduction", About: "Who you are, what you will write about here, and for whom.",
			Start: DraftInput{Title: "What this blog is for", Body: `Who I am, and what I work on.

## What I will write about



## Who I hope reads it



## How to reach me

Reply below, or come and find me.
`},
		},
		{
			Name: "weeknote", Title: "A weeknote", About: "What happened this week and what you learnt, in ten minutes, for those who work with you.",
			Start: DraftInput{Title: "Weeknote: ", Body: `The week in one sentence.

## What we did



## What we learnt



## What was hard



## What comes next

`},
		},
		{
			Name: "retrospective", Title: "A retrospective", About: "What to keep and what to change, after a piece of work is done.",
			Start: DraftInput{Title: "Looking back at ", Body: `What we set out to do, for whom, and when.

## What went well



## What did not



## What surprised us



## What we will do differently

1. 

## What others can take from this

`},
		},
		{
			Name: "lesson", Title: "Something you learnt", About: "One thing you found out that would save somebody else a day.",
			Start: DraftInput{Body: `What I was trying to do.

## What I found out



## What I would do next time



## Where to read more

`},
		},
	}
}

// template returns the draft that a template begins with, an empty one when there is no such template.
func template(name string) DraftInput {
	for _, t := range Templates() {
		if t.Name == name {
			return t.Start
		}
	}
	return DraftInput{}
}
