package config

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/spf13/pflag"
)

// Flags adds a flag for every setting to set. What is typed is kept as it stands until Settle reads it: a flag that converted
// its value would stop at the first wrong one, and the operator would learn of the second mistake at the next start.
func Flags(set *pflag.FlagSet) {
	set.SortFlags = false
	addFlags(set, reflect.TypeFor[Config](), "")
}

func addFlags(set *pflag.FlagSet, t reflect.Type, prefix string) {
	for i := range t.NumField() {
		f := t.Field(i)
		if inner := f.Tag.Get("prefix"); inner != "" {
			addFlags(set, f.Type, prefix+inner)
			continue
		}
		if f.Tag.Get("name") == "" {
			continue
		}
		name := prefix + f.Tag.Get("name")
		help := f.Tag.Get("help") + " (" + envName(name)
		if preset := f.Tag.Get("preset"); preset != "" {
			help += ", default " + preset
		}
		flag := set.VarPF(&typed{kind: f.Tag.Get("placeholder")}, name, "", help+")")
		flag.Annotations = map[string][]string{groupKey: {f.Tag.Get("group")}}
		if f.Type.Kind() == reflect.Bool {
			flag.NoOptDefVal = "true" // lets --sample stand alone
		}
	}
}

const groupKey = "group"

// typed is what somebody typed after a flag. A later flag of the same name wins, as everywhere.
type typed struct{ text, kind string }

// String implements pflag.Value.
func (t *typed) String() string { return t.text }

// Set implements pflag.Value.
func (t *typed) Set(text string) error {
	t.text = text
	return nil
}

// Type implements pflag.Value: it stands for the value in the help.
func (t *typed) Type() string { return t.kind }

// Usage is the help of every flag in set, under the headings of their groups, in lines of at most columns.
func Usage(set *pflag.FlagSet, columns int) string {
	var b strings.Builder
	groups := map[string]*pflag.FlagSet{}
	var order []string
	set.VisitAll(func(f *pflag.Flag) {
		name := strings.Join(f.Annotations[groupKey], "")
		if groups[name] == nil {
			groups[name] = pflag.NewFlagSet(name, pflag.ContinueOnError)
			groups[name].SortFlags = false
			order = append(order, name)
		}
		groups[name].AddFlag(f)
	})
	for _, name := range order {
		fmt.Fprintf(&b, "\n%s:\n%s", name, groups[name].FlagUsagesWrapped(columns))
	}
	return b.String()
}
