using Nuke.Common.CI;
using Nuke.Common.CI.AzurePipelines;
using Nuke.Common.CI.GitHubActions;
using Nuke.Common.CI.GitLab;
using Nuke.Common.CI.TeamCity;

namespace Slipway.Nuke.Tests;

/// <summary>Which server a build runs on, and that no text becomes a command of it.</summary>
public sealed class HostTests
{
    private const string Hostile = "a\n::set-output name=x::y\r##[error]b]; ,: 100% 'c|d' ##vso[task.setvariable variable=x]y";

    [Theory]
    [InlineData("GITHUB_ACTIONS", "true", typeof(GitHubActions))]
    [InlineData("GITLAB_CI", "true", typeof(GitLab))]
    [InlineData("TF_BUILD", "True", typeof(AzurePipelines))]
    [InlineData("TEAMCITY_VERSION", "2026.1", typeof(TeamCity))]
    [InlineData("CI", "true", typeof(PlainServer))]
    [InlineData("GITHUB_ACTIONS", "false", typeof(PlainServer))]
    public void A_server_is_known_by_the_variable_that_it_sets(string name, string value, Type host) =>
        Assert.IsType(host, BuildServer.Of(asked => asked == name ? value : null, isServer: true));

    [Fact]
    public void Without_a_server_nothing_is_marked()
    {
        Host host = BuildServer.Of(_ => "true", isServer: false);

        Assert.Equal(typeof(Host), host.GetType());
        Assert.Null(host.BeginBlock("x", DateTimeOffset.UnixEpoch));
        Assert.Null(host.ReportError("x", null));
        Assert.Null(host.Hide("x"));
    }

    [Fact]
    public void GitHub_gets_an_error_with_its_place()
    {
        GitHubActions host = new();

        Assert.Equal(
            "::error file=images/kubelet/image.yaml,line=3,col=7::wanted a name",
            host.ReportError("wanted a name", new SourcePlace("images/kubelet/image.yaml", 3, 7))
        );
        Assert.Equal("::error file=a,line=3::b", host.ReportError("b", new SourcePlace("a", 3, 0)));
        Assert.Equal("::group::Assemble", host.BeginBlock("Assemble", DateTimeOffset.UnixEpoch));
        Assert.Equal("::add-mask::s%25cret", host.Hide("s%cret"));
    }

    [Fact]
    public void Nothing_in_a_text_ends_its_line_or_begins_a_command_on_GitHub()
    {
        string line = new GitHubActions().ReportError(Hostile, new SourcePlace(Hostile, 1, 1));

        Assert.DoesNotContain('\n', line);
        Assert.DoesNotContain('\r', line);
        // The runner splits the properties at commas and the command at the first "::" behind its name.
        string properties = line["::error ".Length..line.IndexOf("::", 2, StringComparison.Ordinal)];
        Assert.Equal(["file", "line", "col"], properties.Split(',').Select(each => each.Split('=')[0]));
        Assert.DoesNotContain("::", properties, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_in_a_text_ends_its_line_or_its_brackets_on_Azure()
    {
        string line = new AzurePipelines().ReportError(Hostile, new SourcePlace(Hostile, 1, 1));

        Assert.DoesNotContain('\n', line);
        Assert.DoesNotContain('\r', line);
        string command = line[..line.IndexOf(']', StringComparison.Ordinal)];
        Assert.EndsWith(";linenumber=1;columnnumber=1", command, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_in_a_text_ends_its_value_on_TeamCity()
    {
        string line = new TeamCity().ReportError(Hostile, null);

        Assert.DoesNotContain('\n', line);
        string inner = line["##teamcity[message text='".Length..^"' status='ERROR']".Length];
        Assert.DoesNotContain("'", inner.Replace("|'", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("]", inner.Replace("|]", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void GitLab_folds_a_section_by_a_name_without_signs() =>
        Assert.Equal("\e[0Ksection_start:5:a_b\r\e[0KA b", new GitLab().BeginBlock("A b", DateTimeOffset.FromUnixTimeSeconds(5)));
}
