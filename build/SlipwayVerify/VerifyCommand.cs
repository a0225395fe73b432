using System.CommandLine;
using Slipway.Oci;
using Slipway.Verification;

namespace Slipway.SlipwayVerify;

/// <summary>The command line: what it may hold, and what it says.</summary>
internal sealed class VerifyCommand
{
    private readonly RootCommand _command = new() { TreatUnmatchedTokensAsErrors = false };
    private readonly Option<string> _key = Value("--key"),
        _identity = Value("--identity"),
        _issuer = Value("--issuer"),
        _trustedRoot = Value("--trusted-root"),
        _trustedRootDigest = Value("--trusted-root-digest"),
        _official = Value("--official"),
        _image = Value("--image"),
        _source = Value("--source"),
        _builder = Value("--builder"),
        _notOlderThan = Value("--not-older-than"),
        _policy = Value("--policy"),
        _trust = Value("--trust"),
        _summary = Value("--summary");
    private readonly Option<string[]> _reproducedBy = Values("--reproduced-by"),
        _registryMap = Values("--registry-map"),
        _registryCa = Values("--registry-ca"),
        _tokenRealm = Values("--token-realm");
    private readonly Option<bool> _deep = Flag("--deep"),
        _allRegistries = Flag("--all-registries"),
        _digest = Flag("--digest"),
        _json = Flag("--json"),
        _version = Flag("--version"),
        _help = Flag("--help", "-h");

    public VerifyCommand()
    {
        _command.Directives.Clear();
        _command.Options.Clear();
        foreach (
            Option option in (Option[])
                [
                    _key,
                    _identity,
                    _issuer,
                    _trustedRoot,
                    _trustedRootDigest,
                    _policy,
                    _allRegistries,
                    _official,
                    _image,
                    _source,
                    _builder,
                    _notOlderThan,
                    _reproducedBy,
                    _deep,
                    _trust,
                    _summary,
                    _registryMap,
                    _registryCa,
                    _tokenRealm,
                    _digest,
                    _json,
                    _version,
                    _help,
                ]
        )
            _command.Add(option);
    }

    /// <summary>Every option by its name.</summary>
    public IEnumerable<string> Names => _command.Options.Select(option => option.Name);

    /// <returns>What was asked for; null where that is the help or the version, which <paramref name="text"/> then is.</returns>
    /// <exception cref="WrongUseException">It cannot be read.</exception>
    public VerifyOptions? Parse(IReadOnlyList<string> arguments, out string text)
    {
        ParseResult parsed = _command.Parse(
            arguments,
            // No @FILE stands for what is in it, and -ab is no -a -b.
            new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null }
        );
        bool isHelp = parsed.GetValue(_help);
        text = isHelp ? HelpText.Text : $"slipway-verify {typeof(VerifyCommand).Assembly.GetName().Version!.ToString(3)}";
        if (isHelp || parsed.GetValue(_version))
            return null;
        foreach (string unknown in parsed.UnmatchedTokens.Where(token => token.StartsWith('-')))
            throw new WrongUseException($"{Printable.Of(unknown)}: unknown option{Suggestion(unknown)}");
        foreach (string error in parsed.Errors.Select(error => error.Message))
            throw new WrongUseException(Printable.Of(error));
        return parsed.UnmatchedTokens is [var reference]
            ? Read(parsed, reference)
            : throw new WrongUseException(
                $"wanted one reference, got {(parsed.UnmatchedTokens.Count == 0 ? "none" : string.Join(", ", parsed.UnmatchedTokens.Select(Printable.Of)))}. "
                    + "Run slipway-verify --help"
            );
    }

    private VerifyOptions Read(ParseResult parsed, string reference) =>
        new()
        {
            Reference = reference,
            Key = parsed.GetValue(_key),
            Identity = parsed.GetValue(_identity),
            Issuer = parsed.GetValue(_issuer),
            TrustedRoot = parsed.GetValue(_trustedRoot),
            TrustedRootDigest = parsed.GetValue(_trustedRootDigest),
            Policy = parsed.GetValue(_policy),
            AllRegistries = parsed.GetValue(_allRegistries),
            Official = parsed.GetValue(_official),
            Image = parsed.GetValue(_image),
            Source = parsed.GetValue(_source),
            Builder = parsed.GetValue(_builder),
            NotOlderThan = parsed.GetValue(_notOlderThan),
            ReproducedBy = [.. parsed.GetValue(_reproducedBy) ?? []],
            Deep = parsed.GetValue(_deep),
            Trust = parsed.GetValue(_trust),
            Summary = parsed.GetValue(_summary),
            RegistryMap = [.. parsed.GetValue(_registryMap) ?? []],
            RegistryCa = [.. parsed.GetValue(_registryCa) ?? []],
            TokenRealm = [.. parsed.GetValue(_tokenRealm) ?? []],
            Digest = parsed.GetValue(_digest),
            Json = parsed.GetValue(_json),
        };

    private string Suggestion(string unknown) =>
        Names.Select(name => (Name: name, Edits: EditsBetween(unknown.Split('=')[0].ToLowerInvariant(), name))).MinBy(near => near.Edits)
            is { Edits: <= 3, Name: var nearest }
            ? $". Did you mean {nearest}?"
            : ". Run slipway-verify --help";

    /// <summary>How many letters have to be added, left out or exchanged (Levenshtein's distance).</summary>
    private static int EditsBetween(string one, string other)
    {
        int[] row = [.. Enumerable.Range(0, other.Length + 1)];
        for (int i = 1; i <= one.Length; i++)
        {
            int before = row[0]++;
            for (int j = 1; j <= other.Length; j++)
                (before, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, before + (one[i - 1] == other[j - 1] ? 0 : 1)));
        }

        return row[^1];
    }

    private static Option<string> Value(string name) => new(name) { Arity = ArgumentArity.ExactlyOne };

    private static Option<string[]> Values(string name) => new(name) { Arity = ArgumentArity.OneOrMore };

    private static Option<bool> Flag(string name, params string[] aliases) => new(name, aliases) { Arity = ArgumentArity.Zero };
}
