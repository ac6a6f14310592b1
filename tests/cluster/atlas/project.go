package atlas

import (
	"fmt"
	"slices"

	"ariga.io/atlas/schemahcl"
	"ariga.io/atlas/sql/schema"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// environment is one `env` block of an `atlas.hcl`.
type environment struct {
	src, url, dev, txMode                     string
	schemas, exclude                          []string
	dir, execOrder, baseline, revisionsSchema string
	// diff is `diff`: what is left out of a plan, and how indexes are made.
	diff []schema.DiffOption
}

// resolve replaces a URL that stands for an attribute of the environment.
func (e *environment) resolve(url string) string {
	switch url {
	case "env://schema.src", "env://src":
		return e.src
	case "env://url":
		return e.url
	case "env://dev":
		return e.dev
	}
	return url
}

// readProject reads the environment called name. Only what the operator writes is known: literals, in these blocks.
func readProject(path, name string) (*environment, error) {
	file, diags := hclparse.NewParser().ParseHCLFile(path)
	if diags.HasErrors() {
		return nil, diags
	}
	body := file.Body.(*hclsyntax.Body)
	for attr := range body.Attributes {
		return nil, unsupported("%s: attribute `%s`", path, attr)
	}
	var found *environment
	for _, b := range body.Blocks {
		switch {
		case b.Type == "atlas":
			return nil, unsupported("%s: block `atlas`, which is a login", path)
		case b.Type != "env" || len(b.Labels) != 1:
			return nil, unsupported("%s: block `%s`", path, b.Type)
		case b.Labels[0] == name:
			e, err := readEnvironment(b.Body)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			found = e
		}
	}
	if found == nil {
		return nil, fmt.Errorf("env %q not defined in project file", name)
	}
	return found, nil
}

func readEnvironment(body *hclsyntax.Body) (*environment, error) {
	e := &environment{}
	err := readBody(body, map[string]any{"src": &e.src, "url": &e.url, "dev": &e.dev, "tx_mode": &e.txMode, "schemas": &e.schemas,
		"exclude": &e.exclude}, map[string]func(*hclsyntax.Body) error{
		"schema": func(b *hclsyntax.Body) error { return readBody(b, map[string]any{"src": &e.src}, nil) },
		"migration": func(b *hclsyntax.Body) error {
			return readBody(b, map[string]any{"dir": &e.dir, "exec_order": &e.execOrder, "baseline": &e.baseline,
				"revisions_schema": &e.revisionsSchema}, nil)
		},
		// `schema apply` looks at no lint rule without a login: the operator searches the plan for `DROP ` by itself.
		"lint": func(b *hclsyntax.Body) error {
			return readBody(b, nil, map[string]func(*hclsyntax.Body) error{"destructive": func(b *hclsyntax.Body) error {
				var ignored bool
				return readBody(b, map[string]any{"error": &ignored}, nil)
			}})
		},
		"diff": func(b *hclsyntax.Body) error { return e.readDiff(b) },
	})
	return e, err
}

// skippable are the changes that `diff.skip` can name.
var skippable = map[string]schema.Change{
	"add_schema": &schema.AddSchema{}, "drop_schema": &schema.DropSchema{}, "modify_schema": &schema.ModifySchema{},
	"add_table": &schema.AddTable{}, "drop_table": &schema.DropTable{}, "modify_table": &schema.ModifyTable{},
	"rename_table": &schema.RenameTable{}, "rename_constraint": &schema.RenameConstraint{},
	"add_column": &schema.AddColumn{}, "drop_column": &schema.DropColumn{}, "modify_column": &schema.ModifyColumn{},
	"add_index": &schema.AddIndex{}, "drop_index": &schema.DropIndex{}, "modify_index": &schema.ModifyIndex{},
	"add_foreign_key": &schema.AddForeignKey{}, "drop_foreign_key": &schema.DropForeignKey{},
	"modify_foreign_key": &schema.ModifyForeignKey{},
}

func (e *environment) readDiff(body *hclsyntax.Body) error {
	return readBody(body, nil, map[string]func(*hclsyntax.Body) error{
		"skip": func(b *hclsyntax.Body) error {
			values, attrs := map[string]*bool{}, map[string]any{}
			for name := range skippable {
				values[name] = new(bool)
				attrs[name] = values[name]
			}
			if err := readBody(b, attrs, nil); err != nil {
				return err
			}
			var skipped []schema.Change
			for name, v := range values {
				if *v {
					skipped = append(skipped, skippable[name])
				}
			}
			e.diff = append(e.diff, schema.DiffSkipChanges(skipped...))
			return nil
		},
		"concurrent_index": func(b *hclsyntax.Body) error {
			var create, drop bool
			if err := readBody(b, map[string]any{"create": &create, "drop": &drop}, nil); err != nil {
				return err
			}
			// As PostgreSQL's driver takes it: a resource with a child of this name.
			extra := schemahcl.DefaultExtension{Extra: schemahcl.Resource{Children: []*schemahcl.Resource{{
				Type: "concurrent_index", Attrs: []*schemahcl.Attr{{K: "create", V: cty.BoolVal(create)}, {K: "drop", V: cty.BoolVal(drop)}},
			}}}}
			e.diff = append(e.diff, func(o *schema.DiffOptions) { o.Extra = extra })
			return nil
		},
	})
}

// readBody fills pointers from the attributes of a block. What is not named is refused.
func readBody(body *hclsyntax.Body, attrs map[string]any, blocks map[string]func(*hclsyntax.Body) error) error {
	for name, attr := range body.Attributes {
		target, ok := attrs[name]
		if !ok {
			return unsupported("attribute `%s`", name)
		}
		value, diags := attr.Expr.Value(&hcl.EvalContext{})
		if diags.HasErrors() {
			return unsupported("attribute `%s`, which is no literal: %s", name, diags)
		}
		if err := set(target, value); err != nil {
			return fmt.Errorf("attribute `%s`: %w", name, err)
		}
	}
	for _, b := range body.Blocks {
		read, ok := blocks[b.Type]
		if !ok || len(b.Labels) > 0 {
			return unsupported("block `%s`", b.Type)
		}
		if err := read(b.Body); err != nil {
			return fmt.Errorf("block `%s`: %w", b.Type, err)
		}
	}
	return nil
}

func set(target any, value cty.Value) error {
	switch t := target.(type) {
	case *string:
		if value.Type() != cty.String {
			return fmt.Errorf("a string is wanted")
		}
		*t = value.AsString()
	case *bool:
		if value.Type() != cty.Bool {
			return fmt.Errorf("true or false is wanted")
		}
		*t = value.True()
	case *[]string:
		if !value.CanIterateElements() {
			return fmt.Errorf("a list of strings is wanted")
		}
		for _, v := range value.AsValueSlice() {
			if v.Type() != cty.String {
				return fmt.Errorf("a list of strings is wanted")
			}
			*t = append(*t, v.AsString())
		}
		*t = slices.Clip(*t)
	}
	return nil
}
