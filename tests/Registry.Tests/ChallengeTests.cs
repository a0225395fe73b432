using FsCheck;
using FsCheck.Fluent;

namespace Slipway.Registry.Tests;

/// <summary>The grammar of RFC 9110, section 11.6.1.</summary>
public class ChallengeTests
{
    [Fact]
    public void A_bearer_challenge_is_taken_apart()
    {
        Challenge challenge = Assert.Single(
            Challenge.Parse(
                "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\",scope=\"repository:a/b:pull,push\""
            )
        );
        Assert.Equal("bearer", challenge.Scheme);
        Assert.Equal("https://auth.docker.io/token", challenge["realm"]);
        Assert.Equal("registry.docker.io", challenge["service"]);
        Assert.Equal("repository:a/b:pull,push", challenge["scope"]);
        Assert.Null(challenge["error"]);
    }

    [Fact]
    public void Several_challenges_in_one_field_are_kept_apart()
    {
        var challenges = Challenge.Parse(
            "Newauth realm=\"apps\", type=1, title=\"Login to \\\"apps\\\"\", Basic realm=\"simple\", Negotiate a+b/c==, Digest"
        );
        Assert.Equal(["newauth", "basic", "negotiate", "digest"], challenges.Select(challenge => challenge.Scheme));
        Assert.Equal("Login to \"apps\"", challenges[0]["title"]);
        Assert.Equal("1", challenges[0]["type"]);
        Assert.Equal("simple", challenges[1]["realm"]);
        Assert.Empty(challenges[2].Parameters);
    }

    [Theory]
    [InlineData("BEARER REALM=x", "x")]
    [InlineData("Bearer realm = \"x\"", "x")]
    [InlineData(" , Bearer realm=x , ", "x")]
    [InlineData("Bearer ,realm=x", "x")]
    [InlineData("Bearer realm=\"\"", "")]
    [InlineData("Bearer realm=\"a,b=c\"", "a,b=c")]
    public void Spaces_cases_and_quotes_do_not_matter(string field, string realm)
    {
        Assert.Equal(realm, Assert.Single(Challenge.Parse(field))["realm"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",,,")]
    [InlineData("realm=x")]
    [InlineData("Bearer realm=\"x")]
    [InlineData("Bearer realm=\"x\" service=\"y\"")]
    [InlineData("Bearer realm=\"x\", realm=\"y\"")]
    [InlineData("Bearer realm=\"x\", REALM=\"y\"")]
    [InlineData("Bearer realm=\"a\nb\"")]
    [InlineData("Bearer =x")]
    [InlineData("\"Bearer\" realm=x")]
    [InlineData("Bearer realm=\"x\\")]
    public void What_breaks_the_grammar_gives_none(string field)
    {
        Assert.Empty(Challenge.Parse(field));
    }

    [Fact]
    public void A_field_beyond_8_KiB_gives_none()
    {
        Assert.Empty(Challenge.Parse("Bearer realm=\"" + new string('x', 9000) + "\""));
        Assert.Empty(Challenge.Parse("Bearer realm=\"" + new string('\\', 8000)));
    }

    [Fact]
    public void Any_text_is_parsed_without_an_exception()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text => Challenge.Parse("Bearer " + text.Get) is { IsDefault: false })
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Any_quoted_value_comes_back()
    {
        Gen<string> printable = Gen.Choose(0x20, 0x7E).Select(c => (char)c).ListOf().Select(chars => string.Concat(chars));
        Prop.ForAll(printable.ToArbitrary(), value =>
            {
                string quoted = value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
                return Assert.Single(Challenge.Parse($"Bearer a=b, realm=\"{quoted}\", c=d"))["realm"] == value;
            })
            .QuickCheckThrowOnFailure();
    }
}
