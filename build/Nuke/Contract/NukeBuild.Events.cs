namespace Nuke.Common;

public abstract partial class NukeBuild
{
    /// <summary>Called when parameters have their values.</summary>
    protected internal virtual void OnBuildCreated() { }

    /// <summary>Called when the plan is known, before requirements are checked.</summary>
    protected internal virtual void OnBuildInitialized() { }

    /// <summary>Called after the last target, however the run ended, and after the summary.</summary>
    protected internal virtual void OnBuildFinished() { }

    /// <summary>Called before a target's first action.</summary>
    protected internal virtual void OnTargetRunning(string target) { }

    protected internal virtual void OnTargetSkipped(string target) { }

    protected internal virtual void OnTargetSucceeded(string target) { }

    protected internal virtual void OnTargetFailed(string target) { }
}
