namespace Slipway.StandIns;

/// <summary>What goes wrong with one request to a <see cref="GitHubStandIn"/>.</summary>
public enum GitHubFault
{
    /// <summary>Nothing is done, and the answer is 502.</summary>
    BadGateway,

    /// <summary>All is done, and the answer is 502.</summary>
    BadGatewayAfterwards,

    /// <summary>Half of an asset is read, an empty one in state <c>starter</c> is left, and the answer is 502.</summary>
    BadGatewayDuringUpload,

    /// <summary>Nothing is done, and the connection ends without an answer.</summary>
    Cut,

    /// <summary>All is done, and the connection ends without an answer.</summary>
    CutAfterwards,

    /// <summary>A 403 that speaks of a secondary limit and asks for a wait of a second.</summary>
    SecondaryLimit,

    /// <summary>The same as a 429, without a time.</summary>
    SecondaryLimitWithoutTime,

    /// <summary>A 403 that says that no request is left until a second from now.</summary>
    PrimaryLimit,

    /// <summary>A 403 that says that no request is left for an hour.</summary>
    PrimaryLimitForAnHour,

    /// <summary>A 403 without a limit: the rights do not suffice.</summary>
    Forbidden,
}
