namespace Nuke.Common.Output;

/// <summary>How the page of a plan looks, in light and dark. It names no font, image or script from elsewhere.</summary>
internal static class PlanStyle
{
    /// <summary>CSS without the letters that end an element or begin an entity.</summary>
    public const string Css = """

        :root { color-scheme: light dark; --back: #ffffff; --face: #f6f8fa; --text: #1f2328; --dim: #59636e; --rule: #d1d9e0;
          --strong: #0b57d0; --on-strong: #ffffff; --trigger: #8250df; }
        @media (prefers-color-scheme: dark) { :root { --back: #0d1117; --face: #161b22; --text: #e6edf3; --dim: #9198a1; --rule: #3d444d;
          --strong: #79b8ff; --on-strong: #0d1117; --trigger: #d2a8ff; } }
        body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; background: var(--back); color: var(--text);
          font: 16px/1.5 system-ui, sans-serif; }
        h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; } header p { margin: .25rem 0 1rem; color: var(--dim); }
        code { font: .95em ui-monospace, monospace; color: var(--text); }
        figure { margin: 0; padding: 1rem; overflow-x: auto; background: var(--face); border: 1px solid var(--rule); border-radius: 10px; }
        svg { display: block; margin: 0 auto; max-width: 100%; height: auto; min-width: 20rem; }
        figcaption { margin-top: 1rem; font-size: .85rem; color: var(--dim); text-align: center; }
        .key, .line { display: inline-block; width: 1.5rem; margin: 0 .35rem 0 1rem; vertical-align: middle; }
        .key { height: .8rem; border-radius: 3px; border: 1.5px solid var(--rule); } .key.in { background: var(--strong); border-color: var(--strong); }
        .line { border-top: 2px solid var(--dim); } .line.triggers { border-top: 3px solid var(--trigger); } .line.order { border-top-style: dashed; border-top-width: 1px; }
        .target rect { fill: var(--back); stroke: var(--rule); stroke-width: 1.5; } .target.in rect { fill: var(--strong); stroke: var(--strong); }
        .target text { font: 600 14px system-ui, sans-serif; text-anchor: middle; fill: var(--dim); } .target.in text { fill: var(--on-strong); }
        .target .number { font-weight: 400; opacity: .8; }
        .edge { fill: none; stroke: var(--dim); stroke-width: 2; } .edge.order { stroke-width: 1; stroke-dasharray: 5 4; }
        .edge.triggers { stroke: var(--trigger); stroke-width: 3; } .edge.faint { opacity: .55; }
        marker path { fill: var(--dim); } marker.triggers path { fill: var(--trigger); }
        table { border-collapse: collapse; width: 100%; } tr { border-top: 1px solid var(--rule); }
        th, td { text-align: left; vertical-align: top; padding: .45rem .75rem .45rem 0; } td.number { width: 2ch; text-align: right; color: var(--dim); }
        small { display: block; color: var(--dim); }

        """;
}
