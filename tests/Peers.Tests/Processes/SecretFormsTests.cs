using System.Text;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>What looks for secrets finds planted ones; without that, finding none would mean nothing.</summary>
public sealed class SecretFormsTests
{
    private const string Secret = "pä ss/+w?rd\"\\&=§~x";

    private static readonly SecretForms Forms = new("password", Secret);
    private static readonly SecretSearch Search = new([new SecretForms("token", "another secret"), Forms]);

    public static TheoryData<string> Kinds => [.. Forms.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_form_is_found(string kind) => Assert.Contains($"password, {kind}", Search.In($"before {Forms[kind]} after"));

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("us")]
    [InlineData("user:")]
    public void It_is_found_in_base64_whatever_stands_around_it(string before)
    {
        foreach (string after in (string[])["", "b", "cd", "efg"])
        {
            string planted = Convert.ToBase64String(Encoding.UTF8.GetBytes(before + Secret + after));
            Assert.Contains(Search.In(planted), found => found.StartsWith("password, base64 ", StringComparison.Ordinal));
            string url = planted.Replace('+', '-').Replace('/', '_').TrimEnd('=');
            Assert.Contains(Search.In(url), found => found.StartsWith("password, base64url ", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Nothing_is_found_in_what_does_not_hold_it() => Assert.Empty(Search.In(Secret[..^1] + " " + Secret[1..]));
}
