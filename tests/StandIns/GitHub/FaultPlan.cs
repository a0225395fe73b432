namespace Slipway.StandIns;

/// <summary>What is to go wrong with which request. Safe for concurrent use.</summary>
internal sealed class FaultPlan
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, GitHubFault> _numbered = [];
    private readonly List<(string Method, string Path, GitHubFault Fault)> _named = [];

    public void Add(int number, GitHubFault fault)
    {
        lock (_lock)
            _numbered[number] = fault;
    }

    /// <param name="method">Empty for any.</param>
    public void Add(string method, string pathEnd, IEnumerable<GitHubFault> faults)
    {
        lock (_lock)
            _named.AddRange(faults.Select(fault => (method, pathEnd, fault)));
    }

    /// <summary>What goes wrong with this request, and with no other afterwards; null when nothing does.</summary>
    public GitHubFault? Take(int number, GitHubRequest asked)
    {
        lock (_lock)
        {
            if (_numbered.Remove(number, out GitHubFault numbered))
                return numbered;
            int found = _named.FindIndex(fault =>
                (fault.Method.Length == 0 || fault.Method == asked.Method) && asked.Path.EndsWith(fault.Path, StringComparison.Ordinal)
            );
            if (found < 0)
                return null;
            GitHubFault fault = _named[found].Fault;
            _named.RemoveAt(found);
            return fault;
        }
    }
}
